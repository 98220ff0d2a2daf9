"""Asking a model in a few lines: what generators and judges are written with."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from byeori.context import Context
from byeori.endpoint.config import EndpointConfig
from byeori.endpoint.requests import Request

T = TypeVar("T", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Reply(Generic[T]):
    """A request that was answered.

    Attributes:
        row: the request's `row`.
        value: the answer: checked data, or the text where the request has no `schema`.
        key: journal key of the answer, for lineage: put it into `metadata["answer"]`.
    """

    row: Any
    value: T
    key: str


def ask_json(
    endpoint: EndpointConfig,
    requests: Iterable[Request[T]],
    context: Context,
    *,
    total: int | None = None,
) -> Iterator[Reply[T]]:
    """Yield the answers to requests with a `schema`, in the requests' order.

    A request without a usable answer goes to `context.reject(request.where, reason)`. Answers come
    from the journal where it has them; see `EndpointClient.answers` for errors.

        class Pairs(BaseModel):
            pairs: list[Pair]

        requests = (
            Request(prompt=document.text, schema=Pairs, where=document.id, row=document)
            for document in documents
        )
        for reply in ask_json(self.config.model, requests, context):
            for pair in reply.value.pairs:
                yield Example(..., document_id=reply.row.id, metadata={"answer": reply.key})
    """
    return ask(endpoint, requests, context, total=total)


def ask(
    endpoint: EndpointConfig,
    requests: Iterable[Request[Any]],
    context: Context,
    *,
    total: int | None = None,
) -> Iterator[Reply[Any]]:
    """Yield the answers to requests with or without a `schema`, as `ask_json` does.

    A text that is empty, or was cut because it had `max_tokens` tokens, is rejected too.
    """
    from byeori.endpoint.client import EndpointClient  # imports asyncio: not at registration

    outcomes = EndpointClient(endpoint).answers(requests, context)
    with closing(outcomes):
        for outcome in context.progress(outcomes, total=total, unit="answers"):
            where, error = outcome.request.where, outcome.error
            if error is not None:
                context.reject(where, error.reason, error.detail)
            elif outcome.value is not None:
                yield Reply(outcome.request.row, outcome.value, outcome.keys[-1])
            elif outcome.cut:
                context.reject(where, "the answer was cut; raise `max_tokens`", outcome.text[-80:])
            elif not outcome.text.strip():
                context.reject(where, "the answer is empty")
            else:
                yield Reply(outcome.request.row, outcome.text, outcome.keys[-1])
