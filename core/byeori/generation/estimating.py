"""What asking a model will take: requests, text, longest answers, and money by given prices."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from byeori.endpoint.config import EndpointConfig
from byeori.endpoint.requests import Request
from byeori.endpoint.structured import schema_prompt
from byeori.estimates import Estimate, exactly

BYTES_PER_TOKEN = 4
"""Of English text, about; what is said of it is said to be about that."""
CORRECTION_BYTES = 500
"""What tells a model why its answer cannot be used, at most about."""


@dataclass(slots=True)
class Asked:
    """What requests send, schemas among it.

    Attributes:
        count: requests.
        structured: of those, with a schema: each may be asked once more.
        characters, bytes: of all prompts; bytes of UTF-8.
        structured_bytes: of the prompts with a schema.
    """

    count: int = 0
    structured: int = 0
    characters: int = 0
    bytes: int = 0
    structured_bytes: int = 0

    def add(self, request: Request[Any]) -> None:
        """Count one more."""
        texts = [message["content"] for message in request.messages()]
        if request.schema is not None:
            texts.append(schema_prompt(request.schema))
        sent = sum(len(text.encode("utf-8", "surrogatepass")) for text in texts)
        self.count += 1
        self.characters += sum(map(len, texts))
        self.bytes += sent
        if request.schema is not None:
            self.structured += 1
            self.structured_bytes += sent


def estimates(requests: Iterable[Request[Any]], model: EndpointConfig) -> Iterator[Estimate]:
    """The figures for `byeori run --dry-run`; nothing is sent.

    No tokeniser is known, so that what prompts cost lies between nothing and a token for each byte,
    which no tokeniser of bytes exceeds.
    """
    asked = Asked()
    for request in requests:
        asked.add(request)
    again = asked.structured
    corrections = f", and a correction of up to {again}" if again else ""
    yield Estimate(
        "requests", asked.count, asked.count + again, f"{asked.count} requests{corrections}"
    )
    text = f"{asked.characters} characters of prompts, schemas among them, without corrections"
    yield exactly("prompt_characters", asked.characters, text)
    if model.max_tokens is not None:
        most = model.max_tokens * (asked.count + again)
        yield Estimate("answer_tokens", 0, most, f"at most {most} tokens of answers")
    yield from _cost(asked, model)


def _cost(asked: Asked, model: EndpointConfig) -> Iterator[Estimate]:
    if model.prices is None:
        return
    about = model.prices.of(math.ceil(asked.bytes / BYTES_PER_TOKEN), 0)
    text = f"about {about:,.4g} for the prompts at {BYTES_PER_TOKEN} bytes a token"
    if model.max_tokens is None:
        yield Estimate("cost", 0, math.inf, f"{text}; answers have no `max_tokens`")
        return
    answers = model.max_tokens * (asked.count + asked.structured)
    corrections = asked.structured * (model.max_tokens + CORRECTION_BYTES)
    prompts = asked.bytes + asked.structured_bytes + corrections
    most = model.prices.of(prompts, answers)
    more = f"{text}; at most {most:,.4g} with every answer as long as it may be"
    yield Estimate("cost", 0, most, more + (" and corrected" if asked.structured else ""))
