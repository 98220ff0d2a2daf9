"""How an item is put to a model: by its template, or as the plain text of lm-evaluation-harness."""

import string
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from byeori import DataError, Item, PlainText, Prompt
from byeori.prompts import TEMPLATE_ERRORS, render
from byeori_plugins.evaluators.choices.config import MultipleChoiceConfig
from byeori_plugins.sources.exam_files import Question
from byeori_plugins.sources.exam_shapes import SHAPES, ExamShape

_CONTEXT = "{% if context %}{{ context }}\n{% endif %}"
TEXT = _CONTEXT + "Question: {{ question }}\nAnswer:"
"""As lm-evaluation-harness writes ARC."""
LETTERS = (
    _CONTEXT + "{{ question }}\n{% for choice in choices %}{{ letters[loop.index0] }}. "
    "{{ choice }}\n{% endfor %}Answer:"
)
"""As lm-evaluation-harness writes MMLU."""
_NO_SHAPE = ExamShape("", frozenset())
_BY_NAME = {shape.name: shape for shape in SHAPES}


def shape_named(name: str) -> ExamShape:
    """The published shape of this name; one with all the defaults where there is none."""
    return _BY_NAME.get(name, _NO_SHAPE)


class Writer:
    """Writes prompts and the continuations that are scored after them."""

    def __init__(self, config: MultipleChoiceConfig) -> None:
        self.config = config

    @property
    def plain(self) -> bool:
        """Whether models get raw text."""
        return self.config.prompt == "plain"

    def description(self, subject: str) -> str:
        """What stands before everything."""
        return _filled(self.config.description, "description", subject=_spaced(subject))

    def shot(self, question: Question) -> tuple[str, str]:
        """A solved example: what is asked, and the answer."""
        asked = Item(
            instruction=question.question,
            input=question.context,
            choices=question.choices,
            task=question.task,
            metadata={"shape": question.shape, "plain": question.plain},
        )
        answer = self.continuations(asked, question.choices)[question.answer].strip()
        if self.plain:
            return self._question(asked, question.choices), answer
        shown = self._shown(asked, question.choices)
        return "\n\n".join(part for part in (asked.instruction, shown) if part), answer

    def prompt(self, item: Item, choices: Sequence[str]) -> Prompt:
        """The item with its choices in this order."""
        if not self.plain:
            return replace(item, input=self._shown(item, choices))
        texts = [turn.content for turn in item.history]
        shots = "".join(
            f"{asked} {answer}\n\n" for asked, answer in zip(texts[::2], texts[1::2], strict=True)
        )
        return PlainText(f"{item.system}{shots}{self._question(item, choices)}", item.id)

    def continuations(self, item: Item, choices: Sequence[str]) -> tuple[str, ...]:
        """What is scored: texts or letters; in plain text a space stands before each."""
        if self.config.scoring == "letters":
            letter = shape_named(item.metadata.get("shape", "")).letter if self.plain else "{}"
            choices = [letter.format(one) for one in letters(len(choices))]
        return tuple(f" {text}" if self.plain else text for text in choices)

    def _shown(self, item: Item, choices: Sequence[str]) -> str:
        if self.config.scoring != "letters":
            return item.input
        pairs = zip(letters(len(choices)), choices, strict=True)
        shown = "\n".join(f"{letter}. {text}" for letter, text in pairs)
        return "\n\n".join(part for part in (item.input, shown) if part)

    def _question(self, item: Item, choices: Sequence[str]) -> str:
        shape = shape_named(item.metadata.get("shape", ""))
        lettered = self.config.scoring == "letters"
        known = item.metadata.get("plain", "")
        source = self.config.plain_prompt
        # A question that shows its choices with their letters itself, as those of HAE-RAE do.
        shown = lettered and all(shape.letter.format(one) in known for one in letters(len(choices)))
        if source is None and known and (not lettered or shown):
            return str(known)
        usual = (shape.lettered or LETTERS) if lettered else TEXT
        return _filled(
            usual if source is None else source,
            "plain_prompt",
            question=item.instruction,
            context=item.input,
            choices=list(choices),
            letters=letters(len(choices)),
            subject=_spaced(item.task),
        )


def letters(number: int) -> list[str]:
    """The first so many letters."""
    return list(string.ascii_uppercase[:number])


def _spaced(subject: str) -> str:
    return subject.replace("_", " ")


def _filled(source: str, field: str, **values: Any) -> str:
    try:
        return render(source, values)
    except TEMPLATE_ERRORS as error:
        raise DataError(f"multiple-choice: `{field}` cannot be filled: {error}") from error
