"""Presets: which properties to look for in a field, in a file that a chemist can read and edit."""

import tomllib
from pathlib import Path
from typing import ClassVar

from pydantic import Field, ValidationError

from byeori import Config
from byeori_chemistry.units import CHEMISTRY
from byeori_plugins.generators import Property
from byeori_plugins.text import Units


class ChemicalProperty(Property):
    """A property whose values are looked for, its units read with chemistry's."""

    units: ClassVar[Units] = CHEMISTRY


class Preset(Config):
    """What a preset file holds."""

    key: str = Field(min_length=1, description="Outermost key of the answer: `AEM_MAT`.")
    material: str = Field("material name", description="What values belong to.")
    field: str = Field("", description="Field of the expert in the system message.")
    stop: tuple[str, ...] = Field((), description="Properties that are easily taken for them.")
    property: tuple[ChemicalProperty, ...] = Field(min_length=1, description="The properties.")


def read_preset(path: Path) -> Preset:
    """The preset in a TOML file.

    Raises:
        ValueError: it cannot be read or is no preset; the message names the file and what is wrong.
    """
    try:
        return Preset.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise ValueError(f"{path.name}: {where}: {first['msg'].lower()}") from None
    except (OSError, ValueError) as error:
        raise ValueError(f"{path.name}: not a preset in TOML: {error}") from None
