"""What a new domain is called: as a plugin, as a module, as a distribution."""

import importlib.util
import keyword
import re
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from typing import NoReturn

LICENCES = ("Apache-2.0", "MIT", "BSD-3-Clause")
"""SPDX identifiers of the licences a new package can be given."""
LONGEST = 40
"""Characters of a name: it is part of file names and of lines of code."""
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_RULE = "a name is made of a-z, 0-9 and single hyphens, and begins with a letter"


@dataclass(frozen=True)
class Names:
    """What one domain is called in each place.

    Attributes:
        name: of the plugin, the prefix in recipes: `battery-materials`.
        module: of the Python package: `byeori_battery_materials`.
        distribution: what pip installs: `byeori-battery-materials`.
        title: in prose: `Battery materials`.
    """

    name: str

    @property
    def module(self) -> str:
        """The Python package."""
        return f"byeori_{self.name.replace('-', '_')}"

    @property
    def distribution(self) -> str:
        """What pip installs."""
        return f"byeori-{self.name}"

    @property
    def title(self) -> str:
        """In prose."""
        return self.name.replace("-", " ").capitalize()


def domain_names(name: str, taken: Iterable[str]) -> Names:
    """Check the name of a new domain.

    Args:
        name: as the user gave it.
        taken: names of the plugins that are installed.

    Raises:
        ValueError: it cannot be the name of a plugin, and why, with one that could.
    """
    known = set(taken)
    if not _NAME.fullmatch(name) or len(name) > LONGEST:
        plain = _plain(name)
        long = f", of at most {LONGEST} characters" if len(name) > LONGEST else ""
        _refuse(name, f"{_RULE}{long}", plain and _free(plain, known))
    if name.partition("-")[0] == "byeori":
        plain = _plain(name)
        _refuse(name, "`byeori-` is put before the name anyway", plain and _free(plain, known))
    if keyword.iskeyword(name):
        _refuse(name, "it is a word of Python's own", _free(f"{name}-domain", known))
    if name in known:
        _refuse(name, "a plugin of that name is installed already", _free(name, known))
    names = Names(name)
    if problem := _elsewhere(names):
        _refuse(name, problem, _free(name, known))
    return names


def _elsewhere(names: Names) -> str:
    """What beside a plugin has the name already, or nothing."""
    if importlib.util.find_spec(names.module) is not None:
        return f"Python has a module {names.module} already"
    try:
        distribution(names.distribution)
    except PackageNotFoundError:
        return ""
    return f"a package {names.distribution} is installed already"


def _plain(name: str) -> str:
    """A name that could be meant: `My Domain` is `my-domain`, `byeori_x` is `x`."""
    words = re.findall(r"[a-z0-9]+", _HUMP.sub("-", name).lower())
    if words[:1] == ["byeori"]:
        words = words[1:]
    while len("-".join(words)) > LONGEST:
        words = words[:-1]
    return "-".join(words) if words and words[0][0].isalpha() else ""


def _free(name: str, taken: Iterable[str]) -> str:
    known = set(taken)
    names = (name, f"{name}-domain", *(f"{name}-{number}" for number in range(2, 100)))
    return next((n for n in names if n not in known and not _elsewhere(Names(n))), "")


def _refuse(name: str, why: str, instead: str) -> NoReturn:
    advice = f"; try {instead!r}" if instead and instead != name else ""
    raise ValueError(f"{name!r} cannot be the name of a domain: {why}{advice}")
