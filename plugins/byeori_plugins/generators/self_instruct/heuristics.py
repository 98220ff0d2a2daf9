"""What Self-Instruct drops without asking anybody: tasks and instances that cannot be right.

Source: Wang et al. 2023, "Self-Instruct", section 2.2, filtering and post-processing.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache

from byeori.generation import Unusable
from byeori.text import folded
from byeori_plugins.text.tokens import syllables

_LABEL = re.compile(
    r"[-*•]\s+|(?:(?:task|과제|작업)\s*)?#?\d{1,3}\s*[.):](?:\s+|$)|(?:task|과제|작업):\s*",
    re.IGNORECASE,
)
_NO_INPUT = re.compile(r"[<(\[]?\s*(?:no\s*input|n/?a|none|null|empty|없음|-)\s*[>)\]]?\.?", re.I)
_OPENING = {"Ps", "Pi"}  # an instruction may begin with a quotation or a bracket
_QUOTES = "\"'"


def bare(instruction: str) -> str:
    """An instruction in one line, without the number or bullet that models put before it."""
    text = " ".join(instruction.split())
    while match := _LABEL.match(text):
        text = text[match.end() :]
    return text


def bare_input(text: str) -> str:
    """An input, or nothing where it only says that there is none."""
    return "" if _NO_INPUT.fullmatch(text.strip()) else text.strip()


def instruction_problem(text: str, least: int, most: int, unsuitable: tuple[str, ...]) -> str:
    """Why an instruction is dropped, or an empty text.

    Args:
        text: the instruction.
        least, most: words it may have; for the least, Hangul and CJK count by character, because
            a Korean request of three words can be whole.
        unsuitable: words and phrases no text-only task has.
    """
    if not text:
        return "the instruction is empty"
    if len(syllables(text)) < least:
        return "the instruction is too short"
    if len(text.split()) > most:
        return "the instruction is too long"
    kind = unicodedata.category(text[0])
    if kind[0] == "P" and kind not in _OPENING and text[0] not in _QUOTES:
        return "the instruction begins with punctuation"
    if found := _unsuitable(unsuitable).search(text):
        return f"the instruction is unsuitable: `{found[0].lower()}`"
    return ""


@lru_cache(maxsize=16)
def _unsuitable(phrases: tuple[str, ...]) -> re.Pattern[str]:
    """English words whole, with their plural; Korean ones with the particles after them."""
    if not phrases:
        return re.compile(r"(?!)")
    parts = (re.escape(p) + (r"(?:s|es)?(?!\w)" if p.isascii() else "") for p in phrases)
    return re.compile(rf"(?<!\w)(?:{'|'.join(parts)})", re.IGNORECASE)


def usable_instances(
    instances: Iterable[tuple[str, str]],
) -> Iterator[tuple[str, str] | Unusable]:
    """Inputs and outputs worth keeping, in order, and why the others are not.

    Dropped are empty outputs, outputs that repeat the input or end with a colon, equal instances,
    and all those with one input and different outputs.
    """
    given = [(bare_input(asked), answer.strip()) for asked, answer in instances]
    outputs = defaultdict[str, set[str]](set)
    for asked, answer in given:
        outputs[folded(asked)].add(folded(answer))
    seen = set[str]()
    for asked, answer in given:
        key = folded(asked)
        if problem := _instance_problem(asked, answer):
            yield Unusable(problem, asked or answer)
        elif len(outputs[key]) > 1:
            yield Unusable("one input with different outputs", asked or answer)
        elif key in seen:
            yield Unusable("the same instance twice", asked or answer)
        else:
            seen.add(key)
            yield asked, answer


def _instance_problem(asked: str, answer: str) -> str:
    if not answer:
        return "the output is empty"
    if folded(asked) == folded(answer):
        return "the output repeats the input"
    if answer.endswith((":", "：")):
        return "the output ends with a colon"
    return ""
