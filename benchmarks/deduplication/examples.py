"""Made-up examples and documents in English and Korean, some with what filters look for."""

import random
from collections.abc import Iterator
from itertools import islice

from byeori import Document, Example
from deduplication.rows import make_words

KOREAN = [
    chr(0xAC00 + 588 * first + 28 * second + last)
    for first in (0, 2, 3, 5, 6, 7, 9, 11, 12, 18)
    for second in (0, 4, 8, 13, 18, 20)
    for last in (0, 4, 8)
]
SEEN_AGAIN, REFUSED, PERSONAL = 0.1, 0.01, 0.02
REFUSALS = ("I'm sorry, but I cannot help with that.", "죄송하지만 도와드릴 수 없습니다.")
PERSONS = ("mail kim@example.org", "call 010-1234-5678", "card 4111 1111 1111 1111")
LICENCES = ("CC-BY-4.0", "MIT", "Apache-2.0 OR MIT", "CC-BY-NC-4.0", "")
ENGLISH = ["the", "method", "of", "this", "is", "to", "show", "how", "new", "systems", "work"]


def make_examples(number: int, seed: int = 42) -> Iterator[Example]:
    """Questions of 5 to 20 words with answers of 10 to 60; a tenth are copies of earlier ones."""
    for turn, (rng, language, words) in enumerate(islice(_texts(seed), number)):
        asked = rng.randint(5, 20)
        question, answer = " ".join(words[:asked]), " ".join(words[asked:80])
        if rng.random() < REFUSED:
            answer = REFUSALS[language == "ko"]
        yield Example(
            instruction=question + "?",
            output=answer,
            task="qa",
            language=language,
            document_id=f"{turn // 10:016x}",
            metadata={"number": turn},
            id=f"{turn:016x}",
        )


def make_documents(number: int, seed: int = 42) -> Iterator[Document]:
    """Texts of 80 words; a tenth are copies of earlier ones, most with a word changed."""
    for turn, (rng, language, words) in enumerate(islice(_texts(seed), number)):
        yield Document(
            text=" ".join(words),
            language=language,
            licence=rng.choice(LICENCES),
            metadata={"number": turn},
            id=f"{turn:016x}",
        )


def _texts(seed: int) -> Iterator[tuple[random.Random, str, list[str]]]:
    """The randomness, the language, and 80 words."""
    rng = random.Random(seed)
    vocabulary = {"en": make_words(rng) + ENGLISH * 2700, "ko": _korean(rng)}
    earlier: list[tuple[str, list[str]]] = []
    while True:
        language = rng.choice(("en", "ko"))
        words = rng.choices(vocabulary[language], k=80)
        if earlier and rng.random() < SEEN_AGAIN:
            language, words = rng.choice(earlier)
            words = [*words[:-1], rng.choice((words[-1], "other"))]
        elif rng.random() < PERSONAL:
            words[rng.randrange(80)] = rng.choice(PERSONS)
        if len(earlier) < 10_000:
            earlier.append((language, words))
        yield rng, language, words


def _korean(rng: random.Random) -> list[str]:
    return ["".join(rng.choices(KOREAN, k=rng.choice((2, 3, 4)))) for _ in range(30_000)]
