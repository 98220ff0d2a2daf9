"""How a service is spoken to: OpenAI's chat API, or another that answers one JSON with another."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from byeori.endpoint.replies import completion

# Headers by the key (`secrets.NO_KEY` for none) and the base URL.
Headers = Callable[[str, str], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Dialect:
    """What differs between services; retries, turns, limits and the journal are the same.

    Attributes:
        path: what requests are posted to, below the base URL.
        headers: what is sent with each, the key among it.
        read: makes a chat completion of the body of a reply with status 200: it is what the
            journal keeps, so it should hold all that the service said. Raises `TryAgainError`.
    """

    path: str
    headers: Headers
    read: Callable[[bytes], dict[str, Any]]


def _openai_headers(key: str, base_url: str) -> Mapping[str, str]:
    from openai import AsyncOpenAI

    # Never used to send: it knows the headers, OPENAI_ORG_ID and OPENAI_PROJECT_ID among them.
    sdk = AsyncOpenAI(api_key=key, base_url=base_url)
    return {
        name: value
        for name, value in {**sdk.default_headers, **sdk.auth_headers}.items()
        # The rest tells of the SDK and its platform, and costs time in each request.
        if isinstance(value, str) and not name.lower().startswith("x-stainless-")
    }


CHAT = Dialect("/chat/completions", _openai_headers, completion)
