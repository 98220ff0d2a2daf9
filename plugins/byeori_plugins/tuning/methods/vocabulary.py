"""Vocabulary extension: new tokens of the domain's text, as LLaMA-2-Ko's 32,000 became 46,336."""

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, model_validator

from byeori import Config, Context, DataError, ModelRef, TuningData, TuningMethod
from byeori.store.files import write_json
from byeori_plugins.tuning.data.chosen import chosen_documents
from byeori_plugins.tuning.selection import Where
from byeori_plugins.tuning.training.checkpoints import stopping_when_full
from byeori_plugins.tuning.training.process import deterministic, quiet

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from byeori.models import Loaded
    from byeori_plugins.tuning.vocabulary.learning import Learnt

NEW_TOKENS = "new-tokens.jsonl"


class VocabularyConfig(Config):
    """Settings of vocabulary extension."""

    size: int = Field(ge=1, description="New tokens at most; LLaMA-2-Ko has 14,336.")
    min_frequency: int = Field(
        5, ge=1, description="How often a new token occurs in the documents at least."
    )
    initialisation: Literal["pieces", "mean"] = Field(
        "pieces",
        description="What a new token's rows of the embeddings and the output layer are: the mean "
        "of the old pieces' that its text has been so far, or the mean of all old ones.",
    )
    learn_from: Literal["documents", "all-documents"] = Field(
        "documents",
        description="Where the tokens come from: the `documents` but for those of validation and "
        "test examples and those that overlap with an evaluation item; or `all-documents` but "
        "those of validation examples.",
    )
    where: Where = Field(
        default_factory=Where, description="Learn only from these documents; from all by default."
    )

    @model_validator(mode="after")
    def _is_of_documents(self) -> "VocabularyConfig":
        if self.where.task or self.where.generator:
            raise ValueError("documents have no task and no generator; remove them from where")
        return self


class Vocabulary(TuningMethod[VocabularyConfig]):
    """Adds tokens to the tokenizer and to the model; nothing is trained."""

    name = "vocabulary"
    version = 1
    keeps_shape = False
    config_model = VocabularyConfig

    def tune(self, model: ModelRef, data: TuningData, context: Context) -> ModelRef:
        """Write a whole model with the longer tokenizer, `new-tokens.jsonl` and `training.json`.

        Raises:
            StoppedError: the disk is full.
            DataError: no documents, nothing new in them, or a tokenizer that has no merges.
        """
        from byeori.models import load
        from byeori_plugins.tuning.training.saving import MODEL_FOLDER, refuse_live, save_model
        from byeori_plugins.tuning.vocabulary.extending import add_rows, core_of, extended
        from byeori_plugins.tuning.vocabulary.saving import (
            check_saved,
            stored_dtype,
            with_core,
            write_new_tokens,
        )

        dropped: Counter[str] = Counter()
        full = stopping_when_full(context.stage, context.output)
        with full, quiet(), deterministic(context.seed):
            loaded = load(model, dtype=stored_dtype(model))
            refuse_live(loaded, f"{context.stage}.from")
            old = core_of(loaded.tokenizer)
            learnt = self._learn(old, data, context, dropped)
            new, rows = extended(old, learnt)
            old_ids = sorted(old.get_vocab(with_added_tokens=True).values())
            add_rows(loaded.model, rows, old_ids, self.config.initialisation)
            folder = (context.output / MODEL_FOLDER).absolute()
            result = save_model(loaded.model, with_core(loaded.tokenizer, new), model, folder)
            check_saved(folder, new, rows)
        write_new_tokens(context.output / NEW_TOKENS, old, new, rows)
        record = self._record(old, new, rows, learnt, data)
        self._write(record, dropped, loaded, context)
        return result

    def _learn(
        self, core: "Tokenizer", data: TuningData, context: Context, dropped: Counter[str]
    ) -> "Learnt":
        from byeori_plugins.tuning.vocabulary.learning import learn_pieces
        from byeori_plugins.tuning.vocabulary.segmenting import Segmenter

        config, segmenter = self.config, Segmenter(core)
        texts = context.progress(self._texts(data, dropped), unit="documents")
        learnt = learn_pieces(
            segmenter.runs(texts), segmenter, core.get_vocab(), config.size, config.min_frequency
        )
        if not learnt.pieces:
            left_out = "; ".join(f"{reason}: {n}" for reason, n in sorted(dropped.items()))
            raise DataError(
                f"{context.stage}: the documents hold nothing that is not a token already and "
                f"occurs {config.min_frequency} times; lower min_frequency, or give more documents"
                + (f" (left out: {left_out})" if left_out else "")
            )
        return learnt

    def _texts(self, data: TuningData, dropped: Counter[str]) -> Iterator[str]:
        config = self.config
        for _, row in chosen_documents(data, "train", config.learn_from, config.where, dropped):
            yield row.text

    def _held_out(self, data: TuningData) -> Iterator[str]:
        for row in data.documents:
            held_out = data.held_out.get(row.id) in ("validation", "test")
            if held_out and self.config.where.matches_document(row):
                yield row.text

    def _record(
        self,
        old: "Tokenizer",
        new: "Tokenizer",
        rows: dict[int, list[int]],
        learnt: "Learnt",
        data: TuningData,
    ) -> dict[str, Any]:
        from byeori_plugins.tuning.vocabulary.measuring import fit_of

        return {
            "tokens_before": old.get_vocab_size(),
            "tokens_after": new.get_vocab_size(),
            "first_new_id": min(rows),
            "new_tokens": len(rows),
            "of_single_characters": learnt.characters,
            "never_reached": len(learnt.pieces) - len(rows),
            "train": fit_of(old, new, self._texts(data, Counter()), rows),
            "held_out": fit_of(old, new, self._held_out(data), rows),
        }

    def _write(
        self, record: dict[str, Any], dropped: Counter[str], loaded: "Loaded", context: Context
    ) -> None:
        training = {
            "method": f"{self.name}@{self.version}",
            "trainable_parameters": 0,
            "total_parameters": sum(weight.numel() for weight in loaded.model.parameters()),
            "train_documents": record["train"]["documents"],
            "validation_documents": 0,
            "dropped": {"train": dict(sorted(dropped.items()))},
            "vocabulary": record,
        }
        write_json(context.output / "training.json", training)
        before, after = (record["train"][name]["tokens_per_word"] for name in ("before", "after"))
        context.message(
            f"{context.stage}: {record['new_tokens']} new tokens; a word of the documents they "
            f"come from had {before:.2f} tokens and has {after:.2f}"
        )
