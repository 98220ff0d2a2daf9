"""A prompt template taken apart: what it writes before, between and after the messages."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from byeori.asking import Prompt
from byeori.errors import DataError
from byeori.prompts import leading_special_ids, prompt_text
from byeori.records import Item, PromptTemplate, Turn

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


@dataclass(frozen=True)
class Opening:
    """What stands before a question of the user.

    Attributes:
        alone: as the first message, without a system message.
        after_system: as the first message, after the system message.
        later: after an answer.
    """

    alone: str
    after_system: str
    later: str


@dataclass(frozen=True)
class Turns:
    """A template as pieces, which other template languages can write.

    Attributes:
        before_system: before the system message; None where a system message is not written.
        question: before a question that was answered already.
        last: before the question that is to be answered.
        answer: between a question and its answer, where it was given already.
        end: after the last question, up to where the answer starts.
        earlier: whether earlier turns are written at all.
    """

    before_system: str | None
    question: Opening
    last: Opening
    answer: str
    end: str
    earlier: bool = True

    def text(self, prompt: Prompt) -> str:
        """The prompt in these pieces, as the template would write it (without `input`)."""
        system = prompt.system if self.before_system is not None else ""
        parts = [f"{self.before_system}{system}"] if system else []
        first = True
        for turn in prompt.history if self.earlier else ():
            before = _before(self.question, first, system)
            parts += [before if turn.role == "user" else self.answer, turn.content]
            first = False
        parts += [_before(self.last, first, system), prompt.instruction, self.end]
        return "".join(parts)


def _before(opening: Opening, first: bool, system: str) -> str:
    if not first:
        return opening.later
    return opening.after_system if system else opening.alone


_S, _A, _B, _C, _D, _E = ("qSYSTEMq", "qONEq", "qTWOq", "qTHREEq", "qFOURq", "qFIVEq")
_HISTORY = (Turn("user", _A), Turn("assistant", _B))
_LONG = (*_HISTORY, Turn("user", _C), Turn("assistant", _D))


def take_apart(
    template: PromptTemplate,
    tokenizer: "PreTrainedTokenizerBase",
    prompts: Sequence[Prompt],
) -> Turns:
    """Find the pieces of a template by filling it in, and see that they make up the same prompts.

    The tokenizer's own leading special token is left out: what reads the pieces adds it.

    Args:
        template: the prompt template of the model.
        tokenizer: its tokenizer.
        prompts: the pieces must write those of them without `input` as the template does.

    Raises:
        DataError: the template does more than to write texts between the messages.
    """

    def pieces(*marks: str, system: str = "", history: tuple[Turn, ...] = ()) -> list[str]:
        item = Item(instruction=marks[-1], system=system, history=history)
        rest, found = _written(template, item, tokenizer), []
        for mark in marks:
            before, there, rest = rest.partition(mark)
            if not there:
                raise _refused(template, f"it does not write {mark}")
            found.append(before)
        return [*found, rest]

    whole = _written(template, Item(instruction=_E, system=_S, history=_HISTORY), tokenizer)
    system, earlier = _S in whole, _A in whole
    alone, end = pieces(_E)
    before_system, after_system = pieces(_S, _E, system=_S)[:2] if system else (None, alone)
    first = question_later = first_after_system = answer = later = ""
    if earlier:
        first, answer, later, _ = pieces(_A, _B, _E, history=_HISTORY)
        question_later = pieces(_A, _B, _C, _D, _E, history=_LONG)[2]
        first_after_system = first
    if earlier and system:
        first_after_system = pieces(_S, _A, _B, _E, system=_S, history=_HISTORY)[1]
    turns = Turns(
        before_system,
        Opening(first, first_after_system, question_later),
        Opening(alone, after_system, later),
        answer,
        end,
        earlier,
    )
    _compare(turns, template, tokenizer, prompts)
    return turns


def _compare(
    turns: Turns,
    template: PromptTemplate,
    tokenizer: "PreTrainedTokenizerBase",
    prompts: Sequence[Prompt],
) -> None:
    """See that the pieces make up the same texts, of other messages than they were found by."""
    other = (Turn("user", "one"), Turn("assistant", "two"))
    probes = [
        Item(instruction="three", system=system, history=history)
        for system in ("", "zero")
        for history in ((), other, (*other, *_LONG))
    ]
    for prompt in (*probes, *prompts):
        if not prompt.input and turns.text(prompt) != _written(template, prompt, tokenizer):
            raise _refused(
                template, f"the question {prompt.instruction[:60]!r} comes out otherwise"
            )


def _written(template: PromptTemplate, prompt: Prompt, tokenizer: "PreTrainedTokenizerBase") -> str:
    text = prompt_text(template, prompt, tokenizer)
    leading = tokenizer.bos_token if leading_special_ids(tokenizer) else None
    return text.removeprefix(str(leading)) if leading else text


def _refused(template: PromptTemplate, why: str) -> DataError:
    return DataError(
        f"the prompt {template.name!r} is more than texts between the messages ({why}), so no "
        "TEMPLATE for Ollama can be made of it; serve the merged model with transformers or vLLM"
    )
