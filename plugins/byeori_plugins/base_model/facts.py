"""Tables of elements and countries, and the wordings that turn a row into a sentence."""

import csv
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from byeori.korean.sounds import syllable_sound

LANGUAGES = ("en", "ko")

_PARTICLE = re.compile(r"(.?)\[([가-힣]+)/([가-힣]+)\]")
_SLOT = re.compile(r"\{(\w+)\}")
_FINAL = dict(zip("013678LMNRlmnr", "ㅇㄹㅁㄱㄹㄹㄹㅁㄴㄹㄹㅁㄴㄹ", strict=True))


@dataclass(frozen=True, slots=True)
class Entity:
    """One row of a table: its facts by language, an empty fact left out.

    Attributes:
        kind: `element` or `country`.
        values: language -> slot of a wording -> text, `name` among them.
    """

    kind: str
    values: Mapping[str, Mapping[str, str]]

    def can_fill(self, wording: str, language: str) -> bool:
        """Whether every slot of the wording has a fact."""
        return all(slot in self.values[language] for slot in _SLOT.findall(wording))

    def fill(self, wording: str, language: str) -> str:
        """The wording with this row's facts and the right Korean particles."""
        return particles(_SLOT.sub(lambda slot: self.values[language][slot[1]], wording))


def particles(text: str) -> str:
    """Choose each `[은/는]` by the sound before it: the first after a consonant.

    The shipped model was trained on what this gives, so it stays as it was. `byeori.korean` reads
    better (`나트륨(Na)은`, `Silver는`; 나트륨(Na)는, Silver은 here), and is what all else uses.
    """

    def choose(match: re.Match[str]) -> str:
        final = _final_consonant(match[1])
        after_vowel = not final or (match[2] == "으로" and final == "ㄹ")
        return match[1] + (match[3] if after_vowel else match[2])

    return _PARTICLE.sub(choose, text)


def _final_consonant(character: str) -> str:
    """The final consonant a character is read with: ㄹ, another mark for any other, or nothing."""
    found = syllable_sound(character) if character else ""
    return _FINAL.get(character, "") if found is None else found


@lru_cache
def elements() -> tuple[Entity, ...]:
    """The 118 elements of the demo's own table, in order of atomic number."""
    slots = {"symbol": "symbol", "number": "atomic_number", "period": "period", "group": "group"}
    path = files("byeori_plugins").joinpath("recipes", "demo", "elements.csv")
    rows = _read(path.read_text(encoding="utf-8"))
    return _entities("element", rows, slots | {"block": "block"}, ("category", "state"))


@lru_cache
def countries() -> tuple[Entity, ...]:
    """The countries of `data/countries.csv`, in its order."""
    slots = {"code": "code", "calling": "calling_code"}
    rows = _read(data_text("countries.csv"))
    return _entities("country", rows, slots, ("capital", "continent", "currency"))


@lru_cache
def wordings(section: str) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """The wordings of `element`, `country` or `question`: fact -> language -> wordings."""
    table = tomllib.loads(data_text("wordings.toml"))[section]
    return {
        fact: {language: tuple(texts[language]) for language in LANGUAGES}
        for fact, texts in table.items()
    }


@lru_cache
def prose(language: str) -> tuple[str, ...]:
    """Plain sentences about research and everyday life, none of them a question."""
    return tuple(data_text(f"prose_{language}.txt").splitlines())


def data_text(name: str) -> str:
    """A file of this package's `data/`."""
    return files("byeori_plugins.base_model").joinpath("data", name).read_text(encoding="utf-8")


def _read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(text.splitlines()))


def _entities(
    kind: str, rows: Sequence[dict[str, str]], same: Mapping[str, str], spoken: Sequence[str]
) -> tuple[Entity, ...]:
    """Rows as entities; `same` columns are alike in both languages, `spoken` ones are not."""

    def values(row: dict[str, str], language: str) -> dict[str, str]:
        found = {slot: row[column] for slot, column in same.items()}
        found |= {slot: row[f"{slot}_{language}"] for slot in spoken}
        found |= {"name": row[f"name_{language}"], "en": row["name_en"], "ko": row["name_ko"]}
        return {slot: text for slot, text in found.items() if text}

    return tuple(Entity(kind, {lang: values(row, lang) for lang in LANGUAGES}) for row in rows)
