"""Choices as a question lists them, and which one an answer names."""

import re
from collections.abc import Mapping

# A line, or the middle of one: `A. iron`, `(나) 철`, `1) Fe`, `② 구리`.
_LISTED = re.compile(
    r"(?:^|(?<=\s))(?P<mark>\(?[A-Za-z가-하\d]{1,2}[.):]|\([A-Za-z가-하\d]{1,2}\)|[①-⑳])"
    r"[ \t]*(?P<text>\S.*?)(?=$|\s+(?:\(?[B-Z2-9][.):]|\([B-Z2-9]\)|[②-⑳])[ \t])",
    re.MULTILINE,
)
_MARK = re.compile(
    r"\W*(?:(?:the )?(?:correct )?answer(?: is)?|정답(?:은)?)?[^\w①-⑳]*"
    r"(?:(?P<mark>[A-Za-z가-하\d]{1,2})(?![^\W가-힣])|(?P<circled>[①-⑳]))",
    re.IGNORECASE,
)


def listed_choices(question: str) -> dict[str, str]:
    """Choices by their mark without its brackets (`A`, `1`, `②`), in order; of one, none."""
    found = {_bare(match["mark"]): match["text"].strip() for match in _LISTED.finditer(question)}
    return found if len(found) > 1 else {}


def named_choice(answer: str, choices: Mapping[str, str]) -> str | None:
    """The mark of the choice that an answer begins with, or whose text it is; else None."""
    plain = answer.strip()
    for mark, text in choices.items():
        if plain.rstrip(".").casefold() == text.rstrip(".").casefold():
            return mark
    match = _MARK.match(plain)
    if match is None:
        return None
    named = (match["mark"] or match["circled"]).casefold()
    return next((mark for mark in choices if mark.casefold() == named), None)


def _bare(mark: str) -> str:
    return mark.strip("().:")
