"""How right byeori is about Korean text: counted on published Korean, against what its writers did.

    python benchmarks/korean_text.py --data FOLDER [--json FILE]

FOLDER holds KorQuAD 1.0 (`korquad/KorQuAD_v1.0_dev.json`), KLUE-NLI (`klue/klue-nli-v1.1_dev.json`)
and the chat of songys (`korean_chatbot/ChatbotData.csv`). Nothing is timed.
"""

import argparse
import csv
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from byeori.korean import particle, sentences
from byeori_korean.text.hangul import normalise_hangul
from byeori_korean.text.scripts import slips
from byeori_korean.text.spacing import with_spaces
from byeori_korean.text.speech import speech_levels

LABELLED = Path(__file__).parents[1] / "tests" / "domains" / "korean" / "speech_levels.tsv"
Counts = dict[str, float]

_PAIRS = ("은/는", "을/를", "과/와", "으로/로")
_WITH_PARTICLE = re.compile(
    r"((?:\d[\d.,]* )?[^\s가-힣()\[\]]*[A-Za-z\d%℃²³₀-₉][》〉’”]?)"
    r"(은|는|을|를|과|와|으로|로)(?=[\s,.])"
)


class Korean:
    """The texts that are counted on."""

    def __init__(self, folder: Path) -> None:
        korquad = _json(folder / "korquad" / "KorQuAD_v1.0_dev.json")["data"]
        paragraphs = [one for article in korquad for one in article["paragraphs"]]
        klue = _json(folder / "klue" / "klue-nli-v1.1_dev.json")
        self.contexts = [article["paragraphs"][0]["context"] for article in korquad]
        self.premises = [row["premise"] for row in klue]
        self.everything = [one["context"] for one in paragraphs]
        self.everything += [qa["question"] for one in paragraphs for qa in one["qas"]]
        self.everything += [row[part] for row in klue for part in ("premise", "hypothesis")]
        chat = folder / "korean_chatbot" / "ChatbotData.csv"
        with chat.open(encoding="utf-8", newline="") as file:
            self.answers = [row["A"] for row in csv.DictReader(file)]


def particles(korean: Korean) -> Counts:
    """Different words that end in a letter, digit or sign: the form that is chosen, and written."""
    found = {pair for text in korean.everything for pair in _WITH_PARTICLE.findall(text)}
    counts: Counter[str] = Counter()
    for word, form in found:
        chosen = particle(word, next(pair for pair in _PAIRS if form in pair.split("/")))
        counts["as written" if chosen == form else "both" if "(" in chosen else "other"] += 1
    return {"words": counts.total(), **counts}


def sentence_ends(korean: Korean) -> Counts:
    """Four answers of a chat in a row, without their marks: where the sentences end."""
    answers = [answer.rstrip(".!? ") for answer in korean.answers[:600]]
    found, right = set[tuple[int, int]](), set[tuple[int, int]]()
    for start in range(0, len(answers), 4):
        four = answers[start : start + 4]
        right |= {(start, len(" ".join(four[:count]))) for count in range(1, 5)}
        found |= {(start, end) for _, end in sentences(" ".join(four))}
    return _agreement(found, right)


def spacing(korean: Korean, longest: int | None) -> Counts:
    """Answers of a chat with their spaces taken out: which are put in again."""
    found, right = set[tuple[int, int]](), set[tuple[int, int]]()
    for number, answer in enumerate(korean.answers[::30]):
        right |= {(number, place) for place in _spaces(answer)}
        made = with_spaces(answer.replace(" ", ""), longest)
        found |= {(number, place) for place in _spaces(made)}
    return _agreement(found, right)


def touched_words(korean: Korean, longest: int | None) -> Counts:
    """Words of Wikipedia as they are: which are parted."""
    words = [word for text in korean.contexts for word in text.split()]
    changed = sum(with_spaces(word, longest) != word for word in words)
    return {"words": len(words), "changed": changed}


def labelled_levels() -> Counts:
    """Sentences labelled by hand: the level that is found."""
    lines = LABELLED.read_text(encoding="utf-8").splitlines()
    pairs = [(label, _level(text)) for label, text in (line.split("\t") for line in lines)]
    return {"sentences": len(pairs), "right": sum(label == found for label, found in pairs)}


def spelled_levels(korean: Korean) -> Counts:
    """Real sentences whose spelling leaves no doubt of their level: the one that is found."""
    texts = korean.answers[::25] + korean.premises[::10]
    pairs = [(level, _level(text)) for text in texts if (level := _by_spelling(text))]
    levels = Counter(level for level, _ in pairs)
    return {"sentences": len(pairs), "right": sum(a == b for a, b in pairs), **levels}


def left_alone(korean: Korean) -> Counts:
    """Published premises: how many a filter would change or drop."""
    changed = sum(normalise_hangul(text) != text for text in korean.premises)
    slipped = sum(bool(slips(text)) for text in korean.premises)
    return {"texts": len(korean.premises), "changed by hangul": changed, "dropped": slipped}


def _agreement(found: set[Any], right: set[Any]) -> Counts:
    both = len(found & right)
    return {"there": len(right), "recall": both / len(right), "precision": both / len(found)}


def _spaces(text: str) -> Iterator[int]:
    """Before which character, counted without spaces, each space stands."""
    count = 0
    for character in text:
        if character == " ":
            yield count
        else:
            count += 1


def _level(text: str) -> str:
    levels = speech_levels(text)
    return levels[-1] if levels else "-"


def _by_spelling(text: str) -> str | None:
    """The level where the end of a text can be no other; nothing of Kiwi in it."""
    end = re.sub(r"[\s.?!~…\"'”’)]+$", "", text)
    if re.search(r"(?:[습입합됩갑옵줍]니다|니까|십시오|시다)$", end):
        return "hapsyo"
    if re.search(r"[요죠]$", end):
        return "haeyo"
    return "haera" if re.search(r"[^니시]다$", end) else None


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _all(korean: Korean) -> Iterable[tuple[str, Callable[[], Counts]]]:
    yield "particles", lambda: particles(korean)
    yield "sentence ends without marks", lambda: sentence_ends(korean)
    for longest in (12, 10, 8, None):
        yield f"spacing, longest_word {longest}", lambda some=longest: spacing(korean, some)
    for longest in (12, 10, 8):
        yield (
            f"words touched, longest_word {longest}",
            (lambda some=longest: touched_words(korean, some)),
        )
    yield "speech levels, labelled", labelled_levels
    yield "speech levels, spelled", lambda: spelled_levels(korean)
    yield "left alone", lambda: left_alone(korean)


def main() -> None:
    """Count, print, and write the numbers where they are wanted."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--data", type=Path, required=True, help="folder of the real data")
    parser.add_argument("--json", type=Path, help="write the numbers there")
    options = parser.parse_args()
    numbers = {}
    for name, count in _all(Korean(options.data)):
        numbers[name] = found = count()
        shown = ", ".join(f"{key} {round(value, 3):g}" for key, value in found.items())
        print(f"{name}: {shown}", flush=True)
    if options.json:
        options.json.write_text(json.dumps(numbers, indent=2) + "\n")


if __name__ == "__main__":
    main()
