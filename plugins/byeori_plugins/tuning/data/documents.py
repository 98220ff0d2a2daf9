"""Whole documents as token ids on disk, every token of them to be learnt."""

from array import array
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO

from byeori import Context, DataError, Document, TuningData
from byeori.prompts import leading_special_ids
from byeori_plugins.tuning.config import TrainingConfig
from byeori_plugins.tuning.data.chosen import DocumentChoice, Split, chosen_documents
from byeori_plugins.tuning.data.packing import PackedTokens
from byeori_plugins.tuning.data.tokens import digest_of, end_token

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

_AT_ONCE = 256
_EMPTY = "the document has no tokens"


class DocumentTokeniser:
    """Turns documents into rows of token ids, with one model's tokenizer.

    A document begins with what the tokenizer puts before every text; where that is nothing, with
    the end token, as documents stand in the training of such models. It ends with the end token.
    Special tokens that stand in its text are text.

    Args:
        tokenizer: the model's own.
        max_length: most tokens of a row, at least 2.
        choice: which documents are learnt.
        config: its `where` chooses among them.
        context: receives what was left out for having no tokens.

    Raises:
        DataError: the tokenizer has no end-of-sequence token.
    """

    def __init__(
        self,
        tokenizer: "PreTrainedTokenizerBase",
        max_length: int,
        choice: DocumentChoice,
        config: TrainingConfig,
        context: Context,
    ) -> None:
        self.end = end_token(tokenizer)
        self.start = leading_special_ids(tokenizer) or (self.end,)
        self.tokenizer = tokenizer
        self.max_length = max_length
        self.choice = choice
        self.where = config.where
        self.context = context

    def run(self, data: TuningData, split: Split) -> PackedTokens:
        """Write a split's token ids below the scratch folder, and pack them into rows.

        Raises:
            DataError: there are no documents to train on.
        """
        tokens = PackedTokens(self.context.scratch / f"tokens-{split}.bin")
        label = f"{self.context.stage}: tokens of {split} documents"
        chosen = chosen_documents(data, split, self.choice, self.where, tokens.dropped)
        with tokens.path.open("wb") as file:
            for position, document, ids in self._encoded(
                self.context.progress(chosen, unit="documents", label=label)
            ):
                if ids:
                    self._add(position, document, ids, tokens, file)
                else:
                    tokens.dropped[_EMPTY] += 1
                    self.context.reject(document.id, _EMPTY, document.text)
        if not tokens.documents and split == "train":
            why = "; ".join(f"{reason}: {n}" for reason, n in sorted(tokens.dropped.items()))
            raise DataError(
                f"{self.context.stage}: none of the {len(data.documents)} documents is left to "
                f"learn from ({why}); check `where`, the shares under `split:`, and the evaluators"
            )
        tokens.pack(self.max_length)
        tokens.digest = digest_of(tokens)
        return tokens

    def _encoded(
        self, chosen: Iterable[tuple[int, Document]]
    ) -> Iterator[tuple[int, Document, list[int]]]:
        iterator = iter(chosen)
        while batch := list(islice(iterator, _AT_ONCE)):
            texts = [document.text for _, document in batch]
            encoded = self.tokenizer(
                texts, add_special_tokens=False, split_special_tokens=True, verbose=False
            )
            for (position, document), ids in zip(batch, encoded["input_ids"], strict=True):
                yield position, document, ids

    def _add(
        self, position: int, document: Document, ids: list[int], to: PackedTokens, file: BinaryIO
    ) -> None:
        """Write a document as pieces of at most `max_length` tokens that overlap by one."""
        whole = [*self.start, *ids, self.end]
        for start in range(0, len(whole) - 1, self.max_length - 1):
            piece = whole[start : start + self.max_length]
            array("i", piece).tofile(file)
            to.offsets.append(to.offsets[-1] + len(piece))
            to.prompts.append(1)
            to.rows.append(position)
        to.documents += 1
        to.text_bytes += len(document.text.encode("utf-8", "replace"))
