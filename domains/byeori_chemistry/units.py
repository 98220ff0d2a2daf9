"""Chemistry's units, for pint: what `units.txt` defines, beside those pint has."""

from importlib.resources import files

from byeori_plugins.text import Units


def _definitions() -> tuple[str, ...]:
    text = (files("byeori_chemistry") / "units.txt").read_text(encoding="utf-8")
    lines = (line.strip() for line in text.splitlines())
    return tuple(line for line in lines if line and not line.startswith("#"))


CHEMISTRY = Units(_definitions())
"""Reads `0.44 A/mgPt`, `120 barrer`, `2.1 meq g−1` and all that pint reads."""
