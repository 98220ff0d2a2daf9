"""The key of an endpoint: where it comes from, and that it is shown nowhere."""

import json
import os

from byeori.errors import StoppedError

NO_KEY = "none"
_SHORTEST_SECRET = 6


def api_key(variable: str | None, base_url: str) -> str:
    """The key that an environment variable holds; `none` where the endpoint wants none.

    Raises:
        StoppedError: the variable is not set, or holds what cannot be sent.
    """
    if variable is None:
        return NO_KEY
    key = os.environ.get(variable, "").strip()
    if not key:
        raise StoppedError(
            f"the environment variable {variable} is not set; it must hold the key of "
            f"{base_url} (`api_key_env: null` where the endpoint wants none)"
        )
    # What a header cannot carry fails deep in the HTTP library, with an error that shows the key.
    if not (key.isascii() and key.isprintable()) or " " in key:
        raise StoppedError(
            f"the environment variable {variable} does not hold a key that can be sent: "
            "there is a blank, a line break, another control character or a character that is not "
            "ASCII in it. Set it again; nothing was sent"
        )
    return key


def key_advice(variable: str | None) -> str:
    """What to do about a key that was refused."""
    if variable is None:
        return "name the environment variable that holds one in `api_key_env`"
    return f"check the environment variable {variable}"


class Veil:
    """Replaces a key in what an endpoint says: some repeat it, as it is or in quotes."""

    def __init__(self, key: str) -> None:
        shown = {key, json.dumps(key)[1:-1], repr(key)[1:-1]}
        self._shown = [s.encode() for s in shown] if len(key) >= _SHORTEST_SECRET else []

    def hide(self, text: bytes) -> bytes:
        """The text with `***` for the key."""
        for shown in self._shown:
            text = text.replace(shown, b"***")
        return text

    def excerpt(self, text: str, longest: int) -> str:
        """The beginning of a text, in one line and without the key."""
        hidden = self.hide(text.encode("utf-8", "replace")).decode("utf-8", "replace")
        return " ".join(hidden.split())[:longest]
