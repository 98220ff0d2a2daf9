"""Instructions about the words and letters of an answer."""

import re
import unicodedata
from collections.abc import Sequence

_HANGUL_AT_END = re.compile(r"[가-힣]$")
_SENTENCE_END = re.compile(r"(?<=[.!?。！？])[\"'”’)\]]*\s+")
_COMMAS = ",，、"


def holds(count: int, relation: str, threshold: int) -> bool:
    """Whether a count is `less than` or `at least` a number.

    Raises:
        ValueError: the relation is another.
    """
    if relation == "less than":
        return count < threshold
    if relation == "at least":
        return count >= threshold
    raise ValueError(f"relation {relation!r} is neither 'less than' nor 'at least'")


def has_keywords(answer: str, *, keywords: Sequence[str]) -> bool:
    """Every keyword stands in the answer, whatever the case."""
    text = answer.casefold()
    return all(keyword.casefold() in text for keyword in keywords)


def keyword_frequency(answer: str, *, keyword: str, frequency: int, relation: str) -> bool:
    """How often a keyword stands there, within words too."""
    return holds(answer.casefold().count(keyword.casefold()), relation, frequency)


def lacks_words(answer: str, *, forbidden_words: Sequence[str]) -> bool:
    """None of the words stands there; a Korean one not with a particle written onto it either."""
    for word in forbidden_words:
        end = "" if _HANGUL_AT_END.search(word) else r"(?!\w)"
        if re.search(rf"(?<!\w){re.escape(word)}{end}", answer, re.IGNORECASE):
            return False
    return True


def letter_frequency(answer: str, *, letter: str, let_frequency: int, let_relation: str) -> bool:
    """How often a letter stands there, whatever its case."""
    return holds(answer.lower().count(letter.lower()), let_relation, let_frequency)


def in_language(answer: str, *, language: str) -> bool:
    """The whole answer is in a language; where none can be told, it counts as followed."""
    from byeori_plugins.text.language import language_of

    return language_of(answer) in (language, "")


def number_of_sentences(answer: str, *, num_sentences: int, relation: str) -> bool:
    """Sentences end with a stop, a question mark or an exclamation mark before white space."""
    count = sum(bool(piece.strip()) for piece in _SENTENCE_END.split(answer))
    return holds(count, relation, num_sentences)


def number_of_words(answer: str, *, num_words: int, relation: str) -> bool:
    """Words are runs of letters and digits; Korean ones with their particles."""
    return holds(len(re.findall(r"\w+", answer)), relation, num_words)


def capital_words(answer: str, *, capital_frequency: int, capital_relation: str) -> bool:
    """Words in capital letters alone; a hyphenated one is one word."""
    words = re.findall(r"\w+(?:-\w+)*", answer)
    return holds(sum(word.isupper() for word in words), capital_relation, capital_frequency)


def english_capitals(answer: str) -> bool:
    """English, in capital letters alone."""
    return answer.isupper() and in_language(answer.lower(), language="en")


def english_lowercase(answer: str) -> bool:
    """English, in small letters alone."""
    return answer.islower() and in_language(answer, language="en")


def no_comma(answer: str) -> bool:
    """No comma, of any width."""
    return not any(mark in unicodedata.normalize("NFC", answer) for mark in _COMMAS)
