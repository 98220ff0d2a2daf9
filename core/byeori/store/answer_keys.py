"""What an answer is kept under: a hash of what was asked, and the text that is kept and hashed."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any


def canonical_json(value: Any) -> str:
    """JSON with sorted keys and no spaces: equal values, equal text. NaN is a ValueError."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def answer_key(endpoint: str, request: Mapping[str, Any], sample: int = 0) -> str:
    """SHA-256, in 64 hexadecimal digits, of what was asked, of whom, and for the how many-th time.

    Raises:
        TypeError, ValueError: the request is not JSON.
    """
    return sha256(canonical_json({"endpoint": endpoint, "request": request, "sample": sample}))


def sha256(text: str) -> str:
    """SHA-256 of a text in 64 hexadecimal digits, also of half a surrogate pair."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def storable(value: Mapping[str, Any]) -> str:
    """JSON text that SQLite can hold; half a surrogate pair is escaped and comes back as it was."""
    text = canonical_json(value)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text
