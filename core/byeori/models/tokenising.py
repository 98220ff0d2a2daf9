"""Token ids of prompts and of what is scored after them, and which prompts cannot be asked."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from byeori.asking import PlainText, Prompt
from byeori.errors import DataError
from byeori.prompts import (
    SpecialTokenError,
    leading_special_ids,
    many_answer_token_ids,
    many_prompt_token_ids,
    many_text_token_ids,
)
from byeori.records import PromptTemplate

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

    from byeori.models.scoring import Span

_PLAIN = PromptTemplate(name="plain text", template="{{ instruction }}")


def prompt_ids(
    prompts: Sequence[Prompt],
    template: PromptTemplate,
    tokenizer: "PreTrainedTokenizerBase",
    refused: dict[int, str],
) -> list[list[int]]:
    """Token ids of each prompt; of a prompt that holds a special token, none.

    Args:
        prompts: any of them `PlainText`, to which the template is not applied.
        template: the model's own.
        tokenizer: the model's own.
        refused: takes, by the prompt's number, why it cannot be asked.

    Raises:
        DataError: the template does not fit, or gives no token.
    """
    ids: list[list[int]] = [[] for _ in prompts]
    for plain in (False, True):
        numbers = [n for n, prompt in enumerate(prompts) if isinstance(prompt, PlainText) == plain]
        used = _PLAIN if plain else template
        rows = many_prompt_token_ids(used, [prompts[n] for n in numbers], tokenizer)
        for number, row in zip(numbers, rows, strict=True):
            name = name_of(number, prompts[number])
            if isinstance(row, SpecialTokenError):
                refused[number] = f"{name}: {row}"
            elif isinstance(row, Exception):
                raise DataError(f"{name}: {row}") from row
            else:
                ids[number] = row or _first(plain, used, tokenizer, name)
    return ids


def _first(
    plain: bool, template: PromptTemplate, tokenizer: "PreTrainedTokenizerBase", name: str
) -> list[int]:
    """What stands for a prompt without tokens: an empty text begins a document."""
    for token in (tokenizer.bos_token_id, tokenizer.eos_token_id) if plain else ():
        if token is not None:
            return [int(token)]
    raise DataError(
        f"{name}: the prompt {template.name!r} gives no token, so there is nothing to answer; "
        "check the template"
    )


def spans_of(
    prompts: Sequence[Prompt],
    continuations: Sequence[Sequence[str]],
    template: PromptTemplate,
    tokenizer: "PreTrainedTokenizerBase",
    refused: dict[int, str],
) -> "list[list[Span]]":
    """For each prompt one span a continuation; arguments and errors are those of `prompt_ids`.

    Raises:
        DataError: also where a prompt has no continuation, or a continuation no token.
    """
    # Imported here because it brings torch.
    from byeori.models.scoring import Span

    moved = [_moved(*pair) for pair in zip(prompts, continuations, strict=True)]
    prefixes = prompt_ids([prompt for prompt, _ in moved], template, tokenizer, refused)
    answers = _continuation_ids(moved, prefixes, tokenizer)
    spans = []
    for number, (prompt, texts) in enumerate(moved):
        if not texts:
            raise DataError(f"{name_of(number, prompt)}: it has no choices to score")
        found = [answers[number, text] for text in texts]
        for text, ids in zip(texts, found, strict=True):
            if not ids:
                raise DataError(f"{name_of(number, prompt)}: the choice {text!r} has no token")
        prefix = tuple(prefixes[number])
        spans.append([Span(prefix, ids) for ids in found])
    return spans


def _moved(prompt: Prompt, texts: Sequence[str]) -> tuple[Prompt, Sequence[str]]:
    """White space that ends a plain text belongs to what follows, as tokens mostly have it."""
    if not isinstance(prompt, PlainText):
        return prompt, texts
    kept = prompt.instruction.rstrip()
    space = prompt.instruction[len(kept) :]
    return PlainText(kept, prompt.id), [space + text for text in texts]


def _continuation_ids(
    asked: Sequence[tuple[Prompt, Sequence[str]]],
    prefixes: Sequence[Sequence[int]],
    tokenizer: "PreTrainedTokenizerBase",
) -> Mapping[tuple[int, str], tuple[int, ...]]:
    """Token ids by prompt and text; after a plain text those that the text and it make together.

    After a template each text is split once for all the prompts that have it.
    """
    answers = sorted({t for p, texts in asked if not isinstance(p, PlainText) for t in texts})
    ids = dict(zip(answers, many_answer_token_ids(answers, tokenizer), strict=True))
    found = {
        (number, text): tuple(ids[text])
        for number, (prompt, texts) in enumerate(asked)
        if not isinstance(prompt, PlainText)
        for text in texts
    }
    plain = [
        (number, text, prompt.instruction)
        for number, (prompt, texts) in enumerate(asked)
        if isinstance(prompt, PlainText)
        for text in texts
    ]
    wholes = many_text_token_ids([before + text for _, text, before in plain], tokenizer)
    leading = len(leading_special_ids(tokenizer))
    for (number, text, before), whole in zip(plain, wholes, strict=True):
        start = len(prefixes[number]) - leading if before else 0
        found[number, text] = tuple(whole[start:])
    return found


def name_of(index: int, prompt: Prompt) -> str:
    """How an error names an item: by its id where it has one, and by how its question begins."""
    name = getattr(prompt, "id", "") or f"number {index + 1}"
    return f"item {name} ({prompt.instruction[:60]!r})"
