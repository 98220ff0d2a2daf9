"""A whole run with a judge, whose models are said and not loaded; also run as a script."""

import sys
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from byeori import Context, Decoding, ModelRef, Prompt, TuningData, TuningMethod, hookimpl
from byeori.components import Config
from byeori.context import Silent
from byeori.models.cache import ModelCache
from byeori.plan import Plan, make_plan
from byeori.recipe import read_recipe
from byeori.run import execute
from byeori.store import Workspace
from byeori.testing import registry_of


class Remember(TuningMethod[Config]):
    """Trains nothing."""

    name = "remember"

    def tune(self, model: ModelRef, data: TuningData, context: Context) -> ModelRef:
        return model


class Said:
    """A model whose answers say which one it is, by their length alone."""

    computed_in = "float32 on cpu"

    def __init__(self, name: str) -> None:
        self.name = name

    def generate(self, prompts: Sequence[Prompt], decoding: Decoding) -> list[str]:
        return [prompt.instruction + "!" * len(self.name) for prompt in prompts]


@hookimpl
def byeori_tuning_methods() -> list[type]:
    return [Remember]


def planned(folder: Path) -> tuple[Plan, Workspace]:
    """The plan of the recipe in a folder, and a workspace beside it."""
    import byeori_nasa
    import byeori_plugins

    plugin = SimpleNamespace(byeori_tuning_methods=byeori_tuning_methods)
    registry = registry_of(builtin=byeori_plugins, nasa=byeori_nasa, test=plugin)
    plan = make_plan(read_recipe(folder / "recipe.yaml"), registry)
    return plan, Workspace(folder / "workspace")


def run(folder: Path) -> None:
    """Run the recipe in a folder."""

    def load(cache: Any, ref: ModelRef, name: str) -> Said:
        return Said(name)

    with patch.object(ModelCache, "load", load):
        execute(*planned(folder), Silent())


if __name__ == "__main__":
    run(Path(sys.argv[1]))
