"""How Koreans read units: `kg` 킬로그램, `m²` 제곱미터, `mol/L` 몰 매 리터."""

import re

from byeori.korean.sounds import NONE, OTHER, RIEUL, Sound

_PREFIXES = "(?:da|[YZEPTGMkhdcmμµunpf])?"
_PREFIXED: dict[str, Sound] = {
    "m": NONE, "g": OTHER, "L": NONE, "l": NONE, "s": NONE, "Hz": NONE, "Pa": RIEUL, "J": RIEUL,
    "W": NONE, "V": NONE, "A": NONE, "mol": RIEUL, "eV": NONE, "cal": NONE, "N": OTHER,
    "\u03a9": OTHER, "\u2126": OTHER, "S": NONE, "T": NONE, "Bq": RIEUL, "Sv": NONE, "Gy": NONE,
    "B": NONE, "bar": NONE, "Wh": NONE, "Ah": NONE, "lm": OTHER, "lx": NONE, "cd": NONE,
}  # fmt: skip
"""미터 그램 리터 리터 초 헤르츠 파스칼 줄 와트 볼트 암페어 몰 전자볼트 칼로리 뉴턴 옴(two signs)
지멘스 테슬라 베크렐 시버트 그레이 바이트 바 와트시 암페어시 루멘 럭스 칸델라."""
_PLAIN: dict[str, Sound] = {
    "min": OTHER, "t": OTHER, "ha": NONE, "atm": OTHER, "ppm": OTHER, "ppb": NONE, "rpm": OTHER,
    "dB": RIEUL, "lb": NONE, "oz": NONE, "ft": NONE, "in": NONE, "px": RIEUL, "mph": NONE,
    "torr": NONE, "Torr": NONE, "mmHg": NONE, "psi": NONE, "rad": OTHER, "Å": OTHER, "meq": OTHER,
    "Km": NONE, "KM": NONE, "Kg": OTHER, "KG": OTHER, "CM": NONE, "MM": NONE,
}  # fmt: skip
"""분 톤 헥타르 기압 피피엠 피피비 아르피엠 데시벨 파운드 온스 피트 인치 픽셀 마일(매 시) 토르
수은주밀리미터 라디안 옹스트롬 밀리당량; and as they are often written, though wrongly."""

_UNIT = (
    "(?P<unit>"
    + _PREFIXES
    + "(?P<base>"
    + "|".join(sorted(_PREFIXED, key=len, reverse=True))
    + ")|"
    + "|".join(sorted(_PLAIN, key=len, reverse=True))
    + r"|(?P<kelvin>K)|(?P<hour>h))"
)
_POWER = r"(?:\^?[-−]?[1-4]|⁻?[¹²³⁴])?"
_AFTER_NUMBER = re.compile(rf"(?:(?<=\d)|(?<=\d )){_UNIT}{_POWER}$")
_BELOW_THE_LINE = re.compile(rf"(?<=[A-Za-zΩμ°²³]/){_UNIT}{_POWER}$")
_ALONE = re.compile(
    r"(?<![^\W가-힣])(?P<unit>(?P<base>[kmμµn]g|[kcmμµnpf]m|[mμµk]L|dL|ml|[kMGT]Hz|[kMGh]Pa"
    r"|[km]?J/?|m?mol|[kMG]?eV|k?cal|[kM]W|[kMGT]Wh|mAh)|ppm|ppb|rpm|dB|mmHg)"
    rf"{_POWER}$"
)
"""Units that stand without a number, such as `단위는 kg`. No symbol of an element is among them."""


def unit_sound(text: str) -> Sound | None:
    """The last sound of the unit a text ends in; None where it ends in none.

    A unit stands after a number, below a line (`g/cm³`), or is one that nothing else is written
    like. A power is read before the unit (세제곱미터), so it does not count.
    """
    for pattern in (_AFTER_NUMBER, _BELOW_THE_LINE, _ALONE):
        if found := pattern.search(text):
            return _sound(found["unit"], text[: found.start()])
    return None


def _sound(unit: str, before: str) -> Sound | None:
    if unit in _PLAIN:
        return _PLAIN[unit]
    if unit in ("K", "h"):  # 켈빈 and 시간 after a space; else 케이, 에이치, 시
        return OTHER if before.endswith(" ") else NONE
    for base in sorted(_PREFIXED, key=len, reverse=True):
        if unit.endswith(base):
            return _PREFIXED[base]
    return None
