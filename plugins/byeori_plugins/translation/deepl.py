"""Translation by a service with DeepL's API (`POST /v2/translate`)."""

import json
from collections.abc import Iterable, Iterator, Mapping
from html import escape, unescape
from typing import Any

from pydantic import Field, field_validator

from byeori import Context
from byeori.endpoint import EndpointConfig, Request, ask
from byeori.endpoint.config import BaseUrl, KeyVariable, RetryConfig
from byeori.endpoint.dialects import Dialect
from byeori.endpoint.errors import TryAgainError
from byeori.endpoint.secrets import NO_KEY
from byeori_plugins.text.protected import Span, protected
from byeori_plugins.translation.jobs import Bundle, Translated

MOST_TEXTS = 50
"""Texts in one request, at most (DeepL's documentation of `text`)."""
_TAG = "keep"
_OURS = {"text", "source_lang", "target_lang", "tag_handling", "ignore_tags"}
_OPTIONS: Mapping[str, Any] = {
    "tag_handling": "xml",
    "ignore_tags": [_TAG],
    "outline_detection": False,
    "split_sentences": "1",
    "preserve_formatting": True,
}
_NOT_IDENTITY: dict[str, Any] = {"identity": False}


class DeepLConfig(RetryConfig):
    """A service that is asked as DeepL is."""

    base_url: BaseUrl = Field(
        default="https://api.deepl.com/v2",
        description="Where the API is, up to and with its version; the free one is at "
        "https://api-free.deepl.com/v2.",
    )
    api_key_env: KeyVariable = Field(
        default="DEEPL_AUTH_KEY",
        description="Name of the environment variable that holds the key; null for no key.",
        json_schema_extra=_NOT_IDENTITY,
    )
    extra: dict[str, Any] = Field(
        default_factory=dict,
        description="Further members of the request body, such as `{formality: prefer_more}` or "
        "`{glossary_id: ...}`.",
    )
    concurrency: int = Field(
        default=4,
        ge=1,
        le=1024,
        description="Requests on the way at the same time, at most.",
        json_schema_extra=_NOT_IDENTITY,
    )
    timeout_seconds: float = Field(
        default=60.0,
        gt=0,
        description="Longest wait for one answer, in seconds.",
        json_schema_extra=_NOT_IDENTITY,
    )

    @field_validator("extra")
    @classmethod
    def _not_ours(cls, value: dict[str, Any]) -> dict[str, Any]:
        if taken := sorted(_OURS & set(value)):
            raise ValueError(f"{', '.join(taken)}: set by byeori itself")
        return value

    def endpoint(self) -> "DeepLEndpoint":
        """The same, as the endpoint that requests are sent to."""
        same = {name: getattr(self, name) for name in type(self).model_fields}
        return DeepLEndpoint(name="deepl", **same)


class DeepLEndpoint(EndpointConfig):
    """An endpoint that speaks DeepL's dialect; a request's prompt is the JSON of its body."""

    @property
    def dialect(self) -> Dialect:
        """DeepL's."""
        return DEEPL

    def body(self, messages: list[dict[str, str]]) -> dict[str, Any]:
        """What the last message says, with the options that are always the same."""
        body: dict[str, Any] = json.loads(messages[-1]["content"])
        return {**body, **_OPTIONS, **self.extra}


def _headers(key: str, base_url: str) -> Mapping[str, str]:
    json_body = {"Content-Type": "application/json", "Accept": "application/json"}
    return json_body if key == NO_KEY else {**json_body, "Authorization": f"DeepL-Auth-Key {key}"}


def _completion(content: bytes) -> dict[str, Any]:
    """The reply, kept whole, as a chat completion whose content is the list of translations.

    Raises:
        TryAgainError: it is no list of translations.
    """
    try:
        reply = json.loads(content)
        texts = [one["text"] for one in reply["translations"]]
        whole = all(isinstance(text, str) for text in texts)
    except (ValueError, RecursionError, LookupError, TypeError):
        whole = False
    if not whole:
        said = content[:300].decode("utf-8", "replace")
        raise TryAgainError("the answer was not a list of translations", status=200, detail=said)
    said = json.dumps(texts, ensure_ascii=False)
    message = {"role": "assistant", "content": said}
    return {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}], "deepl": reply}


DEEPL = Dialect("/translate", _headers, _completion)


class DeepLTranslator:
    """Sends the texts of a bundle in one request; what must survive stands between tags that the
    service is told to leave alone."""

    def __init__(self, config: DeepLConfig, names: tuple[str, ...] = ()) -> None:
        self._endpoint = config.endpoint()
        self._names = names

    def translate(self, bundles: Iterable[Bundle], context: Context) -> Iterator[Translated]:
        """Yield the bundles that were answered, in order; others are rejected with the reason."""
        requests: Iterator[Request[Any]] = (
            Request(prompt=self._prompt(part), where=part.job.where, row=part)
            for bundle in bundles
            for part in _small(bundle)
        )
        for reply in ask(self._endpoint, requests, context):
            bundle, said = reply.row, json.loads(reply.value)
            if len(said) != len(bundle.texts):
                reason = f"{len(said)} translations of {len(bundle.texts)} texts"
                context.reject(bundle.job.where, reason, reply.value)
                continue
            texts = dict(zip(bundle.texts, map(unmarked, said), strict=True))
            yield Translated(bundle, texts, reply.key)

    def _prompt(self, bundle: Bundle) -> str:
        body: dict[str, Any] = {"text": [marked(t, self._names) for t in bundle.texts.values()]}
        if bundle.job.source:  # it knows no regions here
            body["source_lang"] = bundle.job.source.partition("-")[0].upper()
        return json.dumps({**body, "target_lang": bundle.job.target.upper()}, ensure_ascii=False)


def _small(bundle: Bundle) -> Iterator[Bundle]:
    items = list(bundle.texts.items())
    for start in range(0, len(items), MOST_TEXTS):
        yield Bundle(bundle.job, dict(items[start : start + MOST_TEXTS]))


def marked(text: str, names: tuple[str, ...] = ()) -> str:
    """A text as XML, with what must survive between tags."""
    parts, place = [], 0
    for span in _kept(text, names):
        parts.append(escape(text[place : span.start], quote=False))
        parts.append(f"<{_TAG}>{escape(span.text, quote=False)}</{_TAG}>")
        place = span.end
    return "".join([*parts, escape(text[place:], quote=False)])


def _kept(text: str, names: tuple[str, ...]) -> list[Span]:
    spans = protected(text)
    for name in names:
        start = text.find(name)
        while name and start >= 0:
            end = start + len(name)
            if all(end <= span.start or span.end <= start for span in spans):
                spans.append(Span("identifiers", start, end, name))
            start = text.find(name, end)
    return sorted(spans, key=lambda span: span.start)


def unmarked(text: str) -> str:
    """A translation without the tags, as plain text."""
    return unescape(text.replace(f"<{_TAG}>", "").replace(f"</{_TAG}>", ""))
