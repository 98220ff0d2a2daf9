"""What a run learns from, whatever it is: token ids, and the rows they come from."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from byeori import Context, DataError, Document, Example, Mistake, ModelRef, RecipeError, TuningData
from byeori_plugins.tuning.config import TrainingConfig
from byeori_plugins.tuning.data.chosen import DocumentChoice
from byeori_plugins.tuning.data.documents import DocumentTokeniser
from byeori_plugins.tuning.data.mixture import rows_at
from byeori_plugins.tuning.data.tokens import Tokeniser, Tokens

if TYPE_CHECKING:
    from byeori.models import Loaded


LONGEST_ROW = 2048
"""Tokens of a row of documents where `max_length` is empty and the model has room for them."""


@dataclass(frozen=True)
class Material:
    """What a run learns from.

    Attributes:
        unit: what it consists of.
        train, validation: token ids; `validation` is None where there is none.
        sources: the rows that `rows` of the token ids point to.
    """

    unit: Literal["examples", "documents"]
    train: Tokens
    validation: Tokens | None
    sources: Sequence[Example] | Sequence[Document]

    @property
    def documents(self) -> list[Hashable]:
        """For each entry of `train`, the document it is about; None for rows of documents."""
        if self.unit == "documents":
            return [None] * len(self.train)
        return [getattr(row, "document_id", None) for row in rows_at(self.sources, self.train.rows)]

    def named(self, places: Iterable[int]) -> list[str]:
        """For people, the rows that these sequences of the training tokens are of, each once."""
        rows = dict.fromkeys(self.train.rows[place] for place in places)
        return [_name(self.sources[row]) for row in rows]


def _name(source: Example | Document) -> str:
    if isinstance(source, Document):
        return source.id
    return f"{source.id} (document {source.document_id or 'unknown'})"


def prepare(
    config: TrainingConfig, loaded: "Loaded", ref: ModelRef, data: TuningData, context: Context
) -> Material:
    """Turn the rows that the settings choose into token ids on disk.

    Raises:
        DataError: nothing to learn from, answers that would be cut, or no validation rows for
            early stopping.
        RecipeError: `max_length` is more than the model can read.
    """
    room, wanted = loaded.context_length, config.max_length
    if room is not None and wanted is not None and wanted > room:
        problem = (
            f"{wanted} tokens, but the model has room for {room}; set max_length: {room} or less, "
            "or leave it out"
        )
        raise RecipeError([Mistake(f"{context.stage}.max_length", problem)])
    made = (_examples if config.learn_from == "examples" else _documents)(
        config, loaded, ref, data, context
    )
    if made.validation is None and config.early_stopping_patience is not None:
        raise DataError(
            f"{context.stage}: early_stopping_patience needs validation {made.unit}, and there "
            "are none; give the split a validation share, or remove it"
        )
    return made


def _examples(
    config: TrainingConfig, loaded: "Loaded", ref: ModelRef, data: TuningData, context: Context
) -> Material:
    length = config.max_length or loaded.context_length
    tokeniser = Tokeniser(ref.template, loaded.tokenizer, length, config, context, data.documents)
    train = tokeniser.run(data.train, "train")
    validation = tokeniser.run(data.validation, "validation") if config.evaluations else None
    return Material("examples", train, validation or None, data.train)


def _documents(
    config: TrainingConfig, loaded: "Loaded", ref: ModelRef, data: TuningData, context: Context
) -> Material:
    choice: DocumentChoice = "documents"
    if config.learn_from == "all-documents":
        choice = "all-documents"
    length = config.max_length or min(loaded.context_length or LONGEST_ROW, LONGEST_ROW)
    tokeniser = DocumentTokeniser(loaded.tokenizer, length, choice, config, context)
    train = tokeniser.run(data, "train")
    validation = tokeniser.run(data, "validation") if config.evaluations else None
    return Material("documents", train, validation or None, data.documents)
