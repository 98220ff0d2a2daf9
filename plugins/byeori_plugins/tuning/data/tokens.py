"""Examples as token ids on disk: prompt, answer, end token; nothing is ever cut in silence."""

import hashlib
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from byeori import Context, DataError, Document, Example, Mistake, PromptTemplate, RecipeError
from byeori.prompts import SpecialTokenError
from byeori_plugins.tuning.config import TrainingConfig
from byeori_plugins.tuning.data.endings import chat_problem
from byeori_plugins.tuning.data.ids import Ids, token_ids
from byeori_plugins.tuning.data.selecting import Selector

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

_SHOWN = 5
SPECIAL_TEXT = "a special token of the model stands in its text"


@dataclass
class Tokens:
    """The examples of one split, as int32 token ids in one file that is memory-mapped to train.

    Attributes:
        path: the file of ids, one example after the other.
        offsets: where each example starts, in tokens; one more entry marks the end.
        prompts: tokens of each example's prompt: these are not learnt.
        rows: each example's position in the split it came from.
        dropped: how many examples of the split are not among these, by reason.
        digest: SHA-256 of the ids and of where prompts end.
    """

    path: Path
    offsets: "array[int]" = field(default_factory=lambda: array("q", [0]))
    prompts: "array[int]" = field(default_factory=lambda: array("q"))
    rows: "array[int]" = field(default_factory=lambda: array("q"))
    dropped: Counter[str] = field(default_factory=Counter)
    digest: str = ""

    def __len__(self) -> int:
        return len(self.prompts)

    def members(self, entry: int) -> Sequence[int]:
        """The sequences of tokens that one entry of the dataset consists of: itself."""
        return (entry,)

    @property
    def lengths(self) -> list[int]:
        """Tokens of each example."""
        return [b - a for a, b in pairwise(self.offsets)]

    @property
    def supervised_lengths(self) -> list[int]:
        """Tokens that are learnt of each example."""
        return [a - b for a, b in zip(self.lengths, self.prompts, strict=True)]

    @property
    def total(self) -> int:
        """Tokens of all examples together."""
        return self.offsets[-1]

    @property
    def supervised(self) -> int:
        """Tokens that are learnt: those of the answers and one end token each."""
        return self.total - sum(self.prompts)


@dataclass(frozen=True)
class _Unusable:
    example: Example
    reason: str
    tokens: int


class Tokeniser:
    """Turns examples into token ids, with one model's template and tokenizer.

    Args:
        template: the prompt template of the model.
        tokenizer: the model's own.
        max_length: most tokens of an example, or None for no limit.
        config: says which examples are used, and what happens to those that are too long.
        context: receives what was dropped.
        documents: of the examples, for settings that ask for a source or metadata.

    Raises:
        DataError: the tokenizer has no end-of-sequence token, so a model could not learn to stop.
    """

    def __init__(
        self,
        template: PromptTemplate,
        tokenizer: "PreTrainedTokenizerBase",
        max_length: int | None,
        config: TrainingConfig,
        context: Context,
        documents: Iterable[Document] = (),
    ) -> None:
        self._ending = np.array([end_token(tokenizer)], dtype=np.int32)
        self.template = template
        self.tokenizer = tokenizer
        self.max_length = max_length
        self.config = config
        self.context = context
        self.documents = documents

    def run(self, examples: Sequence[Example], split: str) -> Tokens:
        """Write a split's token ids below the scratch folder.

        Raises:
            DataError: examples are too long (or answers empty) and `too_long` is `refuse`.
            RecipeError: a setting selects what no training example has.
        """
        tokens = Tokens(self.context.scratch / f"tokens-{split}.bin")
        selector = Selector(self.config, self.documents, split)
        unusable: list[_Unusable] = []
        first = examples[:1] if split == "train" else ()
        for problem in (chat_problem(self.template, self.tokenizer, e) for e in first):
            if problem:
                self.context.message(f"{self.context.stage}: {problem}")
        label = f"{self.context.stage}: tokens of {split} examples"
        made = token_ids(examples, self.template, self.tokenizer, self.context, label)
        with tokens.path.open("wb") as file:
            for row, (ids, taken) in enumerate(zip(made, selector.all(examples), strict=True)):
                if not taken:
                    tokens.dropped["not selected by `where`"] += 1
                elif problem := self._add(ids, row, tokens, file):
                    unusable += self._unusable(problem, ids, examples[row], tokens)
        if split == "train":
            selector.check(self.context.stage)
        self._settle(unusable, tokens, split, len(examples))
        tokens.digest = digest_of(tokens)
        return tokens

    def _add(self, ids: Ids, row: int, to: Tokens, file: BinaryIO) -> str:
        """Write one example, or say why it cannot be used."""
        length = _length(ids)
        if ids.problem is not None:
            return str(ids.problem)
        if not len(ids.answer):
            return "the answer has no tokens"
        if not len(ids.prompt):
            # The first token of a text is never predicted: one of the answer's would be lost.
            return "the prompt has no tokens"
        if self.max_length is not None and length > self.max_length:
            return f"the answer would be cut: more than max_length {self.max_length} tokens"
        np.concatenate([ids.prompt, ids.answer, self._ending]).tofile(file)
        to.offsets.append(to.offsets[-1] + length)
        to.prompts.append(len(ids.prompt))
        to.rows.append(row)
        return ""

    def _unusable(
        self, problem: str, ids: Ids, example: Example, tokens: Tokens
    ) -> Iterator[_Unusable]:
        """What is refused or dropped by `too_long`; a special token's example always is dropped."""
        if isinstance(ids.problem, SpecialTokenError):
            tokens.dropped[SPECIAL_TEXT] += 1
            self.context.reject(example.id, SPECIAL_TEXT, problem)
        elif ids.problem is not None:
            raise RecipeError([Mistake("prompt", f"{self.context.stage}: {problem}")])
        else:
            yield _Unusable(example, problem, _length(ids))

    def _settle(
        self, unusable: list[_Unusable], tokens: Tokens, split: str, available: int
    ) -> None:
        """Refuse or drop what cannot be used, and never end up with nothing in silence."""
        if unusable and self.config.too_long == "refuse":
            raise DataError(self._refusal(unusable, split, available))
        for problem in unusable:
            tokens.dropped[problem.reason] += 1
            self.context.reject(problem.example.id, problem.reason, f"{problem.tokens} tokens")
        if not len(tokens) and split == "train":
            why = "; ".join(f"{reason}: {n}" for reason, n in sorted(tokens.dropped.items()))
            raise DataError(
                f"{self.context.stage}: none of the {available} training examples is left "
                f"({why or 'there were none'}); check `where`, max_length, and the stages before"
            )

    def _refusal(self, unusable: list[_Unusable], split: str, available: int) -> str:
        longest = max(problem.tokens for problem in unusable)
        reasons = Counter(problem.reason for problem in unusable)
        shown = ", ".join(
            f"{p.example.id or '(no id)'} (document {p.example.document_id or 'unknown'}, "
            f"{p.tokens} tokens)"
            for p in unusable[:_SHOWN]
        )
        more = f" and {len(unusable) - _SHOWN} more" if len(unusable) > _SHOWN else ""
        return (
            f"{self.context.stage}: {len(unusable)} of {available} {split} examples cannot be "
            f"learnt whole ({'; '.join(f'{r}: {n}' for r, n in sorted(reasons.items()))}); the "
            f"longest has {longest} tokens. Examples: {shown}{more}. Set `max_length: {longest}` "
            "if the model has room for it, shorten them, or set `too_long: drop` to leave them out"
        )


def _length(ids: Ids) -> int:
    """Tokens of a whole example, the end token too."""
    return len(ids.prompt) + len(ids.answer) + 1


def end_token(tokenizer: "PreTrainedTokenizerBase") -> int:
    """Id of the end-of-sequence token; raises DataError where there is none."""
    if not isinstance(tokenizer.eos_token_id, int):
        raise DataError(
            "the model's tokenizer has no end-of-sequence token, so the end of an answer or a "
            "document cannot be learnt; set eos_token in its tokenizer_config.json"
        )
    return tokenizer.eos_token_id


def digest_of(tokens: Tokens) -> str:
    """SHA-256 of the ids and of where prompts end."""
    with tokens.path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
    digest.update(tokens.offsets.tobytes())
    digest.update(tokens.prompts.tobytes())
    return digest.hexdigest()
