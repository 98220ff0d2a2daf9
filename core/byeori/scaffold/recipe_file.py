"""Writes a recipe to start from, with the JSON Schema that editors check it by."""

import json
import os
import re
import tempfile
from importlib.resources import files
from pathlib import Path

from byeori.errors import DataError
from byeori.plugins import Registry
from byeori.prompts import sandbox
from byeori.recipe.model import NAME
from byeori.recipe.schema import recipe_schema

SCHEMA = "recipe.schema.json"


def write_recipe(name: str, folder: Path, registry: Registry) -> list[Path]:
    """Write `NAME.yaml` and, beside it, the schema of recipes with the plugins installed.

    Args:
        name: of the recipe and of its file.
        folder: where; it is made where it is not there.
        registry: whose components the schema knows.

    Returns:
        The files, the recipe first.

    Raises:
        ValueError: it can be no recipe's name.
        DataError: the file is there already, or cannot be written.
    """
    if not re.fullmatch(NAME, name) or name.endswith((".yaml", ".yml")):
        raise ValueError(
            f"{name!r} cannot be the name of a recipe: letters, digits, `.`, `_` and `-`, and no "
            "ending: .yaml is put behind it"
        )
    recipe, schema = folder / f"{name}.yaml", folder / SCHEMA
    if recipe.exists() or recipe.is_symlink():
        raise DataError(f"{recipe} is there already; give another name, or another --folder")
    template = (files("byeori.scaffold") / "recipe" / "recipe.yaml").read_text(encoding="utf-8")
    text = sandbox().from_string(template).render(name=name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write(schema, json.dumps(recipe_schema(registry), ensure_ascii=False, indent=1) + "\n")
        _write(recipe, text)
    except OSError as error:
        raise DataError(f"{recipe} cannot be written: {error.strerror}; name a --folder") from error
    return [recipe, schema]


def _write(file: Path, text: str) -> None:
    """Write a file that appears whole."""
    handle, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
    with os.fdopen(handle, "w", encoding="utf-8") as making:
        making.write(text)
    Path(name).chmod(0o644)  # mkstemp makes files for one user alone
    Path(name).replace(file)
