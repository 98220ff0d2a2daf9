"""What an answer is kept under: a hash of what was asked, and the text that is kept and hashed."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

_CANONICAL = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
)


def canonical_json(value: Any) -> str:
    """JSON with sorted keys and no spaces: equal values, equal text. NaN is a ValueError."""
    return _CANONICAL.encode(value)


def answer_key(endpoint: str, request: Mapping[str, Any], sample: int = 0) -> str:
    """SHA-256, in 64 hexadecimal digits, of what was asked, of whom, and for the how many-th time.

    Raises:
        TypeError, ValueError: the request is not JSON.
    """
    return key_of_text(endpoint, canonical_json(request), sample)


def key_of_text(endpoint: str, request: str, sample: int = 0) -> str:
    """`answer_key` of a request whose canonical JSON is known."""
    where = json.dumps(endpoint, ensure_ascii=False)
    return sha256(f'{{"endpoint":{where},"request":{request},"sample":{sample}}}')


def sha256(text: str) -> str:
    """SHA-256 of a text in 64 hexadecimal digits, also of half a surrogate pair."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def storable(value: Mapping[str, Any], canonical: str | None = None) -> str:
    """JSON text that SQLite can hold; half a surrogate pair is escaped and comes back as it was.

    Args:
        value: what is kept.
        canonical: its canonical JSON, where that is known already.
    """
    text = canonical_json(value) if canonical is None else canonical
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text
