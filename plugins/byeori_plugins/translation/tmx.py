"""Reads TMX, the form in which translators exchange translation memories."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from byeori import DataError
from byeori_plugins.sources.files import check_file
from byeori_plugins.sources.opening import opened

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_LANGUAGE = ("{http://www.w3.org/XML/1998/namespace}lang", "lang")  # TMX 1.1 has the second
_TAG = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*")


@dataclass(frozen=True, slots=True)
class Unit:
    """One segment in several languages.

    Attributes:
        texts: by BCP-47 tag.
        origin: `file:line`.
        date: when it was last changed, as TMX writes it (`20230817T120000Z`); empty where the file
            does not say.
    """

    texts: Mapping[str, str]
    origin: str
    date: str = ""


def is_language(name: object) -> bool:
    """Whether a name is a language tag, such as `ko`, `en-US` or `zh_Hant`."""
    return isinstance(name, str) and _TAG.fullmatch(name) is not None


def read_tmx(path: Path, name: str) -> Iterator[Unit]:
    """The translation units of a TMX file (1.1 to 1.4), in its order; one unit at a time is held.

    Text inside inline codes (`ph`, `bpt` and so on) is taken as it is written: it is part of what
    was translated. Nothing outside the file is read, whatever its document type names.

    Args:
        path: the file, packed or not.
        name: what origins call it.

    Raises:
        DataError: it is no XML, or ends early, or holds no unit; or a variant has no language.
    """
    from lxml.etree import XMLSyntaxError, iterparse

    check_file(path)
    known = 0
    options: dict[str, Any] = {"resolve_entities": False, "no_network": True, "load_dtd": False}
    with opened(path) as file:
        try:
            for _, element in iterparse(file, tag="{*}tu", huge_tree=True, **options):
                yield _unit(element, f"{name}:{element.sourceline}", path)
                known += 1
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
        except XMLSyntaxError as error:
            raise DataError(f"{path}: is not whole XML ({error}); was it fetched whole?") from error
    if not known:
        raise DataError(f"{path}: holds no translation unit (`tu`); is it TMX?")


def _unit(element: "Element", origin: str, path: Path) -> Unit:
    texts, dates = {}, [_date(element)]
    for variant in element.iterfind("{*}tuv"):
        tag = next((variant.get(each) for each in _LANGUAGE if variant.get(each)), "")
        if not is_language(tag):
            raise DataError(
                f"{path.parent / origin}: a `tuv` must name its language (`xml:lang`), such as `ko`"
                f"; found {tag or 'none'}"
            )
        text = "".join(map(str, variant.xpath("string(*[local-name()='seg'])")))
        if text.strip():
            texts[str(tag).replace("_", "-")] = text
            dates.append(_date(variant))
    return Unit(texts, origin, max(dates))


def _date(element: "Element") -> str:
    return str(element.get("changedate") or element.get("creationdate") or "")
