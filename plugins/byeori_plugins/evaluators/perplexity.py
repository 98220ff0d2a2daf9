"""Perplexity: how well a model predicts documents that it has not learnt from."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from byeori import (
    Config,
    Context,
    DataError,
    EvaluationData,
    Evaluator,
    Item,
    LogLikelihood,
    Model,
    Score,
)
from byeori.identity import ASKING
from byeori.records import LOWER_IS_BETTER as LOWER
from byeori_plugins.evaluators.asking import asked
from byeori_plugins.evaluators.sampling import sample
from byeori_plugins.sources.checked_rows import json_rows, text_field

Unit = Literal["bits-per-byte", "bits-per-character", "nats-per-token"]
_OWN = {
    "bits-per-byte": ("bytes", math.log(2)),
    "bits-per-character": ("characters", math.log(2)),
    "nats-per-token": ("tokens", 1.0),
}
"""By unit, what the nats of a document are divided by."""
_LARGEST = 700.0
"""Nats a token beyond which e to their power is no number any more."""


class PerplexityConfig(Config):
    """Settings of `perplexity`."""

    path: Path | None = Field(
        None,
        description="JSON lines of `text`; also `title`, `language`. Where none, the documents of "
        "the test examples.",
    )
    units: tuple[Unit, ...] = Field(
        ("bits-per-byte",),
        min_length=1,
        description="A score of each document in each. Only bytes and characters can be compared "
        "between models of different vocabularies.",
        json_schema_extra=ASKING,
    )
    window: int | None = Field(
        None,
        ge=2,
        description="Tokens a model looks at at once; where none, what it can read, 2,048 at most.",
        json_schema_extra=ASKING,
    )
    stride: int | None = Field(
        None,
        ge=1,
        description="Tokens predicted in each window of a longer document; where none, half of it.",
        json_schema_extra=ASKING,
    )
    limit: int | None = Field(
        None, ge=1, description="Most documents; drawn by the seed. Reading takes time by length."
    )

    @model_validator(mode="after")
    def _can_be_read(self) -> Self:
        if self.window and self.stride and self.stride >= self.window:
            raise ValueError("the stride must be less than the window, or tokens lack a context")
        if len(set(self.units)) < len(self.units):
            raise ValueError(f"a unit is named twice: {', '.join(self.units)}; name each once")
        return self


class Perplexity(Evaluator[PerplexityConfig]):
    """Log-likelihood of held-out documents, as they stand and without a prompt.

    A document's first token is predicted after the one that begins a text, so that every token
    counts. Lower is better. The summary `perplexity` is e to the nats a token, over all documents.
    """

    name = "perplexity"
    version = 1
    config_model = PerplexityConfig

    def items(self, data: EvaluationData, context: Context) -> Iterable[Item]:
        """The file's documents, or those that test examples were made of."""
        if self.config.path is not None:
            found = list(_read(self.config.path, context))
        else:
            found = list(_held_out(data))
            if not found:
                raise DataError(
                    "perplexity: no test example names a document; give a file in `path`"
                )
        return sample(found, self.config.limit, context)

    def score(self, model: Model, items: Sequence[Item], context: Context) -> Iterator[Score]:
        """One score for each document and unit."""

        def read(some: Sequence[Item]) -> list[LogLikelihood]:
            return model.text_log_likelihoods(
                [item.reference for item in some],
                window=self.config.window,
                stride=self.config.stride,
            )

        shown = context.progress(items, total=len(items), unit="documents", label=model.name)
        for item, likelihood, reason in asked(shown, read):
            for unit in self.config.units:
                yield _score(item, unit, likelihood, reason)

    def metric_names(self) -> Sequence[str]:
        """The units, lower being better."""
        return [unit + LOWER for unit in self.config.units]

    def summarise(self, scores: Sequence[Score]) -> Mapping[str, float]:
        """`perplexity` by token, and each unit over all documents as if they were one."""
        known = [score for score in scores if score.value is not None]
        found: dict[str, float] = {}
        for unit in self.config.units if known else ():
            rows = [score.metadata for score in known if score.metric == unit + LOWER]
            found[f"{unit}, all documents{LOWER}"] = _of_all(rows, unit)
        first = [one.metadata for one in known if one.metric == self.config.units[0] + LOWER]
        if first and (nats := _of_all(first, "nats-per-token")) < _LARGEST:
            found[f"perplexity{LOWER}"] = math.exp(nats)
        return found


def _of_all(rows: Sequence[Mapping[str, float]], unit: Unit) -> float:
    """A unit over all documents as if they were one."""
    divisor, base = _OWN[unit]
    size = sum(row[divisor] for row in rows)
    return -sum(row["log_likelihood"] for row in rows) / base / size if size else 0.0


def _score(item: Item, unit: Unit, likelihood: LogLikelihood | None, reason: str) -> Score:
    metric = unit + LOWER
    if likelihood is None or not math.isfinite(likelihood.total):
        unscored = {"unscored": reason or "its log-likelihood is not finite"}
        return Score(item_id=item.id, metric=metric, value=None, metadata=unscored)
    counted = {
        "log_likelihood": likelihood.total,
        "tokens": likelihood.tokens,
        "bytes": len(item.reference.encode()),
        "characters": len(item.reference),
    }
    divisor, base = _OWN[unit]
    value = -likelihood.total / base / counted[divisor]
    return Score(item_id=item.id, metric=metric, value=value, metadata=counted)


def _held_out(data: EvaluationData) -> Iterator[Item]:
    wanted = {example.document_id for example in data.test}
    for document in data.documents:
        if document.id in wanted:
            yield Item(
                instruction=document.title or document.text[:80],
                reference=document.text,
                language=document.language,
                document_id=document.id,
            )


def _read(path: Path, context: Context) -> Iterator[Item]:
    """Rows of a JSON lines file; a text that stands there twice is rejected."""
    seen: dict[str, str] = {}
    for line, row in json_rows(path):
        where, origin = f"{path}:{line}", f"{path.name}:{line}"
        text = text_field(row, ("text",), where, required=True)
        if seen.setdefault(text, origin) != origin:
            context.reject(origin, "same text as an earlier row", text)
            continue
        yield Item(
            instruction=text_field(row, ("title",), where, required=False) or text[:80],
            reference=text,
            task=path.stem,
            language=text_field(row, ("language",), where, required=False),
            metadata={"origin": origin},
        )
    if not seen:
        raise DataError(f"{path}: no rows; expected one JSON object a line, with `text`")
