"""Asking a model for data in a few lines: what generators and judges are written with."""

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
    """A request that was answered with data.

    Attributes:
        row: the request's `row`.
        value: the answer, checked.
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
    from byeori.endpoint.client import EndpointClient  # imports asyncio: not at registration

    outcomes = EndpointClient(endpoint).answers(requests, context)
    with closing(outcomes):
        for outcome in context.progress(outcomes, total=total, unit="answers"):
            if outcome.error is not None:
                context.reject(outcome.request.where, outcome.error.reason, outcome.error.detail)
            elif outcome.value is not None:
                yield Reply(outcome.request.row, outcome.value, outcome.keys[-1])
