"""Finds in an abstract the sentences that answer a question: first ones, objective, applications.

The patterns are few and strict on purpose. An award whose abstract does not say a thing in a form
that can be quoted gives no question about it.
"""

import re

_BREAK = re.compile(
    r"""(?:(?<=[.!?])|(?<=[.!?]["')\]]))\s+(?=["'(\[]?[A-Z0-9])  # a mark, a space, a beginning
      | (?<=[a-z)]\.)(?=[A-Z][a-z])                 # exports that lost the space: "engine.The" """,
    re.VERBOSE,
)
_ABBREVIATION = re.compile(
    r"(?:\b(?:Inc|Corp|Co|Ltd|LLC|Dr|Mr|Ms|Prof|St|No|Nos|Fig|Eq|vs|al|etc|approx|Syst|Univ|Dept"
    r"|i\.e|e\.g|U\.S|Ph\.D)|\b[A-Z])\.$",
    re.IGNORECASE,
)
_OBJECTIVE = re.compile(
    r"\b(?:objective|goal|purpose|aim)s?\b[^.;:]{0,120}?\b(?:is|are|was|were|will\ be)\s+"
    r"(?P<clause>to\s.+)"
    r"|\bpropos(?:es?|ed|ing)\s+(?P<proposal>to\s(?!NASA\b).+)"
)
_INCLUDE = (
    r"\s+(?:commercial\s+)?applications?\b[^.;:]{0,80}?"
    r"\s+(?:(?:may|could|will|would|potentially)\s+)?include\s+"
)
_NON = r"\b[Nn][Oo][Nn]-NASA"
_BOTH = rf"\bNASA\s+and\s+{_NON}{_INCLUDE}"
_NASA_APPLICATIONS = re.compile(rf"(?:{_BOTH}|(?<![-\w])NASA{_INCLUDE})(?P<clause>.+)")
_NON_NASA_APPLICATIONS = re.compile(rf"(?:{_BOTH}|{_NON}{_INCLUDE})(?P<clause>.+)")


def sentences(text: str) -> list[str]:
    """Sentences of English prose, in order; joined by spaces they hold every word of the text."""
    found: list[str] = []
    for part in _BREAK.split(text):
        if found and _ABBREVIATION.search(found[-1]):
            found[-1] = f"{found[-1]} {part}"
        elif part.strip():
            found.append(part.strip())
    return found


def first_sentences(text: str, max_characters: int) -> str:
    """As many whole sentences from the start as fit; empty if not even the first one does."""
    taken = ""
    for sentence in sentences(text):
        longer = f"{taken} {sentence}".strip()
        if len(longer) > max_characters:
            break
        taken = longer
    return taken


def objective(abstract: str) -> str:
    """`to develop ...` out of `The objective is to develop ...` or `X proposes to develop ...`."""
    return _clause(_OBJECTIVE, abstract)


def nasa_applications(abstract: str) -> str:
    """What follows `NASA applications include`, or an empty string."""
    return _clause(_NASA_APPLICATIONS, abstract)


def non_nasa_applications(abstract: str) -> str:
    """What follows `non-NASA applications include`, or an empty string."""
    return _clause(_NON_NASA_APPLICATIONS, abstract)


def _clause(pattern: re.Pattern[str], abstract: str) -> str:
    for sentence in sentences(abstract):
        if match := pattern.search(sentence):
            clause = next(group for group in match.groups() if group)
            return clause.strip().rstrip(".;:")
    return ""
