"""Speech levels (상대 높임법): how the endings of Korean sentences address the reader.

The six of school grammar (National Institute of Korean Language, "Korean Grammar for Foreigners 1",
chapter on honorifics): formal 합쇼체, 하오체, 하게체, 해라체 and informal 해요체, 해체.
"""

import re
from collections.abc import Sequence
from typing import Literal

from byeori.korean import Morpheme, tagged_sentences
from byeori_plugins.text import protected

Level = Literal["hapsyo", "haeyo", "hao", "hage", "haera", "hae"]
POLITE: frozenset[Level] = frozenset({"hapsyo", "haeyo", "hao"})
"""높임: the others are 낮춤."""
NAMES: dict[str, tuple[Level, ...]] = {
    "합쇼체": ("hapsyo",),
    "하십시오체": ("hapsyo",),
    "합니다체": ("hapsyo",),
    "습니다체": ("hapsyo",),
    "해요체": ("haeyo",),
    "하오체": ("hao",),
    "하게체": ("hage",),
    "해라체": ("haera",),
    "한다체": ("haera",),
    "해체": ("hae",),
    "존댓말": ("hapsyo", "haeyo"),
    "높임말": ("hapsyo", "haeyo"),
    "경어": ("hapsyo", "haeyo"),
    "반말": ("hae", "haera"),
}
"""What a question may call them, and which levels that are."""
_ASKED = re.compile(rf"({'|'.join(NAMES)})(?:으?로|[을를]\s*(?:쓰|써|사용))")

# Endings as Kiwi writes them, with a final consonant that stands for itself as a conjoining letter.
_HAPSYO = re.compile(r"(?:니다|니까|시오|ᆸ시다|읍시다|소서|나이다|나이까|올시다)$")
_HAO = re.compile(r"^(?:오|소|으오|구려|ᆸ디다|습디다)$")
_HAGE = re.compile(r"^(?:게|게나|세|으세|ᆯ세|네그려|는가|은가|ᆫ가|던가|나|으나)$")
_HAERA = re.compile(
    r"^(?:다|ᆫ다|는다|자|라|으라|어라|아라|여라|거라|너라|냐|으냐|느냐|니|으니|마|으마|구나|는구나|"
    r"로구나|ᆫ단다|는단다|단다|란다|려무나|렴|으렴|도다|로다|ᆯ지어다|더라|이라)$"
)
_ALSO_FINAL = frozenset({"니", "소", "냐", "느냐"})
"""Kiwi takes them for connective ones, which no sentence ends in."""
_QUOTED = re.compile(r"“[^“”]*”|‘[^‘’]*’|\"[^\"\n]*\"|「[^「」]*」|『[^『』]*』|\([^()]*\)")


def speech_levels(text: str) -> list[Level]:
    """The level of each sentence that has one, in order.

    A sentence goes by the ending of its last predicate. None has what ends in a noun (titles,
    lists, -음), a sentence that breaks off, what is quoted or explained in brackets, code and
    addresses.

    Raises:
        PluginError: Kiwi is not installed.
    """
    found = (_level(sentence) for sentence in tagged_sentences(_prose(text)))
    return [level for level in found if level is not None]


def asked_levels(question: str) -> tuple[Level, ...]:
    """The levels that a question names: `해요체로 답해`, `반말을 써`; the last one counts."""
    found = _ASKED.findall(question)
    return NAMES[found[-1]] if found else ()


def _prose(text: str) -> str:
    for span in reversed(protected(text, ("code", "urls"))):
        text = text[: span.start] + text[span.end :]
    bare = _QUOTED.sub("", text)
    return bare if re.search("[가-힣]", bare) else text


def _level(morphemes: Sequence[Morpheme]) -> Level | None:
    words = [one for one in morphemes if not one.tag.startswith(("S", "W")) or one.tag == "SN"]
    if not words:
        return None
    last, before = words[-1], words[-2] if len(words) > 1 else None
    if last.tag == "JX" and last.form == "요" and before is not None:
        return "haeyo"
    if last.tag != "EF" and not (last.tag == "EC" and last.form in _ALSO_FINAL):
        return None
    form = last.form
    if form.endswith(("요", "죠")):
        return "haeyo"
    if _HAPSYO.search(form):
        return "hapsyo"
    for level, pattern in (("hao", _HAO), ("hage", _HAGE), ("haera", _HAERA)):
        if pattern.match(form):
            return level  # type: ignore[return-value]  # one of the three
    return "hae" if form not in ("음", "ᆷ", "기") else None
