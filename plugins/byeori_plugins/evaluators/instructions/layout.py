"""Instructions about the form of an answer: paragraphs, lists, sections, beginnings and ends."""

import json
import re
from collections.abc import Sequence

_BULLET = re.compile(r"^\s*(?:\*[^*]|-).*$", re.MULTILINE)
_HIGHLIGHT = re.compile(r"\*([^\n*]*)\*")
_STRONG = re.compile(r"\*\*([^\n*]*)\*\*")
_TITLE = re.compile(r"<<([^\n]+)>>")
_FENCE = re.compile(r"^```(?:json)?|```$", re.IGNORECASE)
_YES_OR_NO = ("My answer is yes.", "My answer is no.", "My answer is maybe.")


def _parts(answer: str, divider: str) -> list[str] | None:
    """The texts between dividers; None where one within is empty. Outer ones may be."""
    parts = [part.strip() for part in answer.split(divider)]
    if not all(parts[1:-1]):
        return None
    return [part for part in parts if part]


def number_of_paragraphs(answer: str, *, num_paragraphs: int) -> bool:
    """So many paragraphs, divided by `***`."""
    parts = _parts(answer, "***")
    return parts is not None and len(parts) == num_paragraphs


def first_word_of_paragraph(
    answer: str, *, num_paragraphs: int, nth_paragraph: int, first_word: str
) -> bool:
    """So many paragraphs, divided by blank lines, of which one begins with a word."""
    paragraphs = answer.split("\n\n")
    if sum(bool(paragraph.strip()) for paragraph in paragraphs) != num_paragraphs:
        return False
    if not 1 <= nth_paragraph <= num_paragraphs or not paragraphs[nth_paragraph - 1].strip():
        return False
    begin = paragraphs[nth_paragraph - 1].split()[0].lstrip("'").lstrip('"')
    return re.split(r"[.,?!'\"]", begin, maxsplit=1)[0].lower() == first_word.lower()


def placeholders(answer: str, *, num_placeholders: int) -> bool:
    """At least so many placeholders in square brackets, such as `[address]`."""
    return len(re.findall(r"\[.*?\]", answer)) >= num_placeholders


def postscript(answer: str, *, postscript_marker: str) -> bool:
    """A postscript that begins with the marker, such as `P.S.` or `추신`."""
    if set(postscript_marker.upper()) <= set("PS."):  # spaced in whatever way: P. S.
        pattern = re.escape(postscript_marker.lower()).replace(r"\.", r"\.\s?")
        return re.search(pattern, answer.lower()) is not None
    return postscript_marker.lower() in answer.lower()


def bullets(answer: str, *, num_bullets: int) -> bool:
    """Exactly so many bullet points, of `*` or `-`."""
    return len(_BULLET.findall(answer)) == num_bullets


def one_of_the_answers(answer: str, *, options: Sequence[str] = _YES_OR_NO) -> bool:
    """One of a few sentences stands there; `options` are those of another language."""
    return any(option in answer for option in options)


def highlights(answer: str, *, num_highlights: int) -> bool:
    """At least so many parts between asterisks, `*such as this*`; two asterisks count again."""
    single = sum(bool(text.strip()) for text in _HIGHLIGHT.findall(answer))
    double = sum(bool(text.strip()) for text in _STRONG.findall(answer))
    return single + double >= num_highlights


def sections(answer: str, *, section_spliter: str, num_sections: int) -> bool:
    """At least so many sections, each begun by a word and a number, such as `Section 2`."""
    return len(re.findall(rf"{re.escape(section_spliter)}\s?\d+", answer)) >= num_sections


def is_json(answer: str) -> bool:
    """JSON and nothing else, a code fence around it allowed."""
    text = answer.strip()
    for _ in range(2):
        text = _FENCE.sub("", text).strip()
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def title(answer: str) -> bool:
    """A title between double angle brackets."""
    return any(found.lstrip("<").rstrip(">").strip() for found in _TITLE.findall(answer))


def two_responses(answer: str) -> bool:
    """Two different answers, divided by six asterisks."""
    parts = _parts(answer, "******")
    return parts is not None and len(parts) == 2 and parts[0] != parts[1]


def repeats_prompt(answer: str, *, prompt_to_repeat: str) -> bool:
    """The answer begins with the request, word for word."""
    return answer.strip().lower().startswith(prompt_to_repeat.strip().lower())


def ends_with(answer: str, *, end_phrase: str) -> bool:
    """The answer ends with a phrase and nothing behind it but quotation marks."""
    return answer.strip().strip('"').lower().endswith(end_phrase.strip().lower())


def quoted(answer: str) -> bool:
    """The whole answer stands between double quotation marks."""
    text = answer.strip()
    return len(text) > 1 and text[0] == '"' == text[-1]
