"""How Koreans read the end of a word, whatever it is written in: all that a particle asks."""

import re
import unicodedata

from byeori.korean.latin import letter_sound, word_sound
from byeori.korean.sounds import NONE, OTHER, RIEUL, Sound, syllable_sound
from byeori.korean.units import unit_sound

_GLOSS = re.compile(r"\s*(?:\(([^()]*)\)|\[([^\[\]]*)\]|〔([^〔〕]*)〕)$")
_MARKS = "\"'”’“‘»」』〉》)]}〕】([{〔【〈《「『>*_`.,!?…~/\\ "

_JAMO: dict[str, Sound] = {"ㄹ": RIEUL}
_JAMO |= dict.fromkeys("ㄱㄴㄷㅁㅂㅅㅇㅈㅊㅋㅌㅍㅎㄲㄸㅃㅆㅉ", OTHER)
_JAMO |= dict.fromkeys("ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ", NONE)
"""기역, 니은, ... 히읗; 리을. A vowel is called by itself."""
_GREEK: dict[str, Sound] = dict.fromkeys("ευο", OTHER)
"""엡실론, 입실론, 오미크론; every other letter's name ends in a vowel."""
_KANA, _KANA_N = re.compile(r"[\u3041-\u30ff]"), "んン"
_SYMBOLS: dict[str, Sound] = {
    "%": NONE, "‰": RIEUL, "°": NONE, "+": NONE, "−": NONE, "&": NONE, "@": NONE, "$": NONE,
    "₩": OTHER, "€": NONE, "£": NONE, "¥": OTHER, "Å": OTHER, "√": NONE,
}  # fmt: skip
"""퍼센트, 퍼밀, 도, 플러스, 마이너스, 앤드, 골뱅이, 달러, 원, 유로, 파운드, 엔, 옹스트롬, 루트."""

_DIGITS: dict[str, Sound] = {
    "0": OTHER, "1": RIEUL, "2": NONE, "3": OTHER, "4": NONE,
    "5": NONE, "6": OTHER, "7": RIEUL, "8": RIEUL, "9": NONE,
}  # fmt: skip
"""영 일 이 삼 사 오 육 칠 팔 구."""
_ENGLISH_DIGITS: dict[str, Sound] = dict.fromkeys("0234568", NONE)
_ENGLISH_DIGITS |= dict.fromkeys("179", OTHER)
"""제로 원 투 쓰리 포 파이브 식스 세븐 에이트 나인."""
_LARGE: tuple[tuple[int, Sound], ...] = (
    (48, OTHER), (44, NONE), (40, OTHER), (36, OTHER), (32, NONE),
    (28, OTHER), (24, NONE), (20, NONE), (16, OTHER), (12, NONE),
)  # fmt: skip
"""극 재 정 간 구 양 자 해 경 조 by their zeros; 십, 백, 천, 만 and 억 end as 영 does."""
_POWER = re.compile(r"(?<!sp)(?<!sp²)(?<=[0-9A-Za-z)])(?:[⁰¹²³⁴-⁹]+|\^\d+)$")
_FRACTION = re.compile(r"(?<![\d/])(\d+)[/⁄]\d+$")
_AFTER_LETTER = re.compile(r"[A-Za-z](\d)$")
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?$")


def final_sound(word: str) -> Sound | None:
    """Final consonant of a word's last sound: none, ㄹ, another, or None where it is unknown.

    Hangul by its last syllable; numbers as Sino-Korean (`10` 십, `1,000,000,000,000` 조, `1/4`
    사분의 일), a digit right after a Latin letter as English (`CO2` 투, `NH₃` 쓰리); units after a
    number by name (`5 kg` 킬로그램, `3 m³` 세제곱미터); Latin letters one by one where they are an
    abbreviation (`DNA`, `HTML`), English words as they are written in Hangul (`Google` 구글). Marks
    at the end and a gloss in brackets do not count, but a gloss tells the reading of what has none:
    `法(법)`. Ideographs alone have no known reading.

    Raises:
        ValueError: the word is empty.
    """
    bare = unicodedata.normalize("NFC", word.strip())
    if not bare:
        raise ValueError(f"a particle needs a word before it, not {word!r}")
    glosses: list[str] = []
    while (found := _GLOSS.search(bare := bare.rstrip(_MARKS.replace(")]", "")))) and (
        shorter := bare[: found.start()].strip()
    ):
        glosses.append("".join(filter(None, found.groups())))
        bare = shorter
    known = (_sound(text) for text in (bare, *glosses))
    return next((sound for sound in known if sound is not None), None)


def _sound(text: str) -> Sound | None:
    text = text.rstrip(_MARKS)
    if not text:
        return None
    if text[-1] in _JAMO:
        return _JAMO[text[-1]]
    if (sound := unit_sound(text)) is not None:
        return sound
    if _POWER.search(text):  # 제곱, 세제곱, 승
        return OTHER
    if unicodedata.category(text[-1]) == "Nl":  # Ⅲ
        text = f"{unicodedata.numeric(text[-1]):.0f}"
    text = unicodedata.normalize("NFKC", text)
    if text[-1].isdigit():
        return _number(text)
    letter = unicodedata.normalize("NFD", text[-1])[0]  # without its accent
    if letter.isascii() and letter.isalpha():
        word = word_sound(text)
        return letter_sound(letter) if word is None else word
    return _sign(text[-1])


def _number(text: str) -> Sound | None:
    """Of a text that ends in a digit."""
    if fraction := _FRACTION.search(text):  # 사분의 일: what is above the line comes last
        return _number(fraction[1])
    if after_letter := _AFTER_LETTER.search(text):
        return _ENGLISH_DIGITS.get(after_letter[1])
    if not (found := _NUMBER.search(text)):
        return None
    digits = found[0].replace(",", "")
    zeros = len(digits) - len(digits.rstrip("0")) if "." not in digits else 0
    for large, sound in _LARGE:
        if large <= zeros < len(digits):
            return sound
    return _DIGITS.get(digits[-1])


def _sign(last: str) -> Sound | None:
    """Of a character that is neither a digit nor a Latin letter."""
    if (sound := syllable_sound(last)) is not None:
        return sound
    if _KANA.match(last):
        return OTHER if last in _KANA_N else NONE
    if "α" <= last.lower() <= "ω":
        return _GREEK.get(last.lower(), NONE)
    return _SYMBOLS.get(last)
