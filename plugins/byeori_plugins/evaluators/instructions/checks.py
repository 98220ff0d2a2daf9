"""The kinds of instruction by their published names, and how an answer is held against them."""

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from byeori.errors import suggest
from byeori_plugins.evaluators.instructions import layout, wording

CHECKS: Mapping[str, Callable[..., bool]] = {
    "keywords:existence": wording.has_keywords,
    "keywords:frequency": wording.keyword_frequency,
    "keywords:forbidden_words": wording.lacks_words,
    "keywords:letter_frequency": wording.letter_frequency,
    "language:response_language": wording.in_language,
    "length_constraints:number_sentences": wording.number_of_sentences,
    "length_constraints:number_paragraphs": layout.number_of_paragraphs,
    "length_constraints:number_words": wording.number_of_words,
    "length_constraints:nth_paragraph_first_word": layout.first_word_of_paragraph,
    "detectable_content:number_placeholders": layout.placeholders,
    "detectable_content:postscript": layout.postscript,
    "detectable_format:number_bullet_lists": layout.bullets,
    "detectable_format:constrained_response": layout.one_of_the_answers,
    "detectable_format:number_highlighted_sections": layout.highlights,
    "detectable_format:multiple_sections": layout.sections,
    "detectable_format:json_format": layout.is_json,
    "detectable_format:title": layout.title,
    "combination:two_responses": layout.two_responses,
    "combination:repeat_prompt": layout.repeats_prompt,
    "startend:end_checker": layout.ends_with,
    "startend:quotation": layout.quoted,
    "change_case:capital_word_frequency": wording.capital_words,
    "change_case:english_capital": wording.english_capitals,
    "change_case:english_lowercase": wording.english_lowercase,
    "punctuation:no_comma": wording.no_comma,
}
"""(answer, **arguments) to whether it is followed; the arguments' names are the published ones."""


def followed(answer: str, instructions: Sequence[Mapping[str, Any]], *, loose: bool) -> list[bool]:
    """Whether each instruction is followed.

    Args:
        answer: an empty one follows none.
        instructions: each with `id`, a name of `CHECKS`, and its `arguments`.
        loose: whether it is enough that one of the answer's `variants` follows.
    """
    texts = [text for text in (variants(answer) if loose else (answer,)) if text.strip()]
    return [
        any(CHECKS[one["id"]](text, **one["arguments"]) for text in texts) for one in instructions
    ]


def variants(answer: str) -> Iterator[str]:
    """The eight texts of the loose score (Zhou et al. 2023, section 3).

    An answer without its first line, its last line, or both, each with and without asterisks: what
    is put around an answer ("Sure, here it is:") is forgiven.
    """
    lines = answer.split("\n")
    for kept in (lines, lines[1:], lines[:-1], lines[1:-1]):
        text = "\n".join(kept)
        text = text if kept is lines else text.strip()
        yield text
        yield text.replace("*", "")


def instruction_problem(name: str, arguments: Mapping[str, Any]) -> str:
    """What is wrong with an instruction as data, or an empty text."""
    if name not in CHECKS:
        return f"no instruction is called {name!r}{suggest(name, list(CHECKS))}"
    try:
        inspect.signature(CHECKS[name]).bind("", **arguments)
        CHECKS[name]("An answer.", **arguments)
    except (TypeError, ValueError, AttributeError) as error:
        return f"{name}: {error}"
    return ""
