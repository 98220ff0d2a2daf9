"""Finds the raw record, and the words of it, that best answer a question (BM25)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from byeori import DataError, Document
from byeori_nasa.sentences import sentences


@dataclass(frozen=True, slots=True)
class Match:
    """What was found for a question.

    Attributes:
        document: the record.
        answer: its sentences that best match, in their order.
        share: of the question's words (without stop words), how many the record holds, 0 to 1.
    """

    document: Document
    answer: str
    share: float


class Records:
    """Records that can be searched; one index for all questions.

    Source: BM25 with Lucene's variant of the weights, by the library bm25s (Lu 2024,
    arXiv:2407.03618).
    """

    def __init__(self, documents: Sequence[Document]) -> None:
        """Index titles and texts.

        Raises:
            DataError: bm25s is not installed.
        """
        self._documents = documents
        self._words = [_words(f"{one.title}\n{one.text}") for one in documents]
        self._index = _index(self._words)

    def best(self, question: str, longest: int) -> Match | None:
        """The record that matches best, None where none has a word of the question.

        Args:
            question: in the words of whoever asks.
            longest: sentences of the answer, at most.
        """
        asked = _words(question)
        scores = _scores(self._index, asked)
        if not len(scores) or scores.max() <= 0:
            return None
        place = int(scores.argmax())
        held = set(self._words[place])
        share = sum(word in held for word in set(asked)) / len(set(asked))
        document = self._documents[place]
        return Match(document, _answer(document, asked, longest), share)


def _answer(document: Document, asked: Sequence[str], longest: int) -> str:
    """The sentences of a record that hold most of what is asked, in their order."""
    text = str(document.metadata.get("abstract") or document.text)
    parts = sentences(text)
    if len(parts) <= longest:
        return " ".join(parts)
    scores = _scores(_index([_words(part) for part in parts]), asked)
    ranked = sorted(range(len(parts)), key=lambda place: (-scores[place], place))
    return " ".join(parts[place] for place in sorted(ranked[:longest]))


def _words(text: str) -> list[str]:
    (found,) = _bm25s().tokenize([text], stopwords="en", return_ids=False, show_progress=False)
    return list(found)


def _index(texts: Sequence[list[str]]) -> Any:
    index = _bm25s().BM25(method="lucene")
    index.index(texts, show_progress=False)
    return index


def _scores(index: Any, asked: Sequence[str]) -> Any:
    """Scores of all texts, shape (texts,); empty where no text has a word."""
    known = [word for word in asked if word in index.vocab_dict]
    return index.get_scores(known) if known else ()


def _bm25s() -> Any:
    try:
        import bm25s
    except ImportError as error:
        raise DataError(f"matched answers need `pip install byeori[nasa]` ({error})") from error
    return bm25s
