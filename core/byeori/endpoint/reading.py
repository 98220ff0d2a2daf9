"""What is made of a model's response: text or data, or why it cannot be used."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel

from byeori.endpoint import structured
from byeori.endpoint.requests import Failure, Outcome, Request

T = TypeVar("T", bound=BaseModel)

_EXCERPT = 300


def read(
    request: Request[T],
    response: Mapping[str, Any],
    keys: tuple[str, ...],
    *,
    max_tokens: int | None,
    say: Callable[[str], None] = lambda text: None,
) -> tuple[Outcome[T], str]:
    """The outcome of a response, and what the model could put right by answering again.

    Args:
        request: what was asked.
        response: a chat completion.
        keys: of the answers so far, this one's last.
        max_tokens: the setting, for what is said about an answer that was cut.
        say: told what is odd about it, though it can be used.
    """
    text, refusal, reason = structured.content(response)
    cut = reason == "length"

    def failed(why: str, detail: str) -> Outcome[T]:
        error = Failure(why, 200, detail[:_EXCERPT], final=True)
        return Outcome(request=request, text=text, error=error, keys=keys, cut=cut)

    if refusal or reason == "content_filter":
        return failed("the model refused", refusal or reason), ""
    if not is_unicode(text):
        return failed("the answer is not valid Unicode", ""), ""
    if request.schema is None:
        return Outcome(request=request, text=text, keys=keys, cut=cut), ""
    if cut:  # mended, it would be an answer that ends in the middle of a sentence
        return failed(_cut_at(max_tokens), text[-80:]), ""
    parsed = structured.parse(text, request.schema)
    if not parsed.was_json:
        say("answers that are not plain JSON, though a JSON schema was asked for")
    if parsed.value is None:
        return failed(parsed.error, text), parsed.error
    repaired = not parsed.was_json
    return Outcome(request=request, text=text, value=parsed.value, keys=keys, repaired=repaired), ""


def _cut_at(max_tokens: int | None) -> str:
    if max_tokens is None:
        return "the answer was cut at the endpoint's own limit; raise it, or set `max_tokens`"
    return f"the answer was cut at {max_tokens} tokens; raise `max_tokens`"


def tokens(response: Mapping[str, Any]) -> tuple[int | None, int | None]:
    """Of the prompt and of the answer, as the endpoint counted them."""
    usage = response.get("usage")
    counted = usage if isinstance(usage, dict) else {}
    prompt, completion = (
        value if isinstance(value, int) else None
        for value in (counted.get("prompt_tokens"), counted.get("completion_tokens"))
    )
    return prompt, completion


def is_unicode(text: str) -> bool:
    """Half a surrogate pair cannot be sent or stored as UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
