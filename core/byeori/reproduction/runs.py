"""Runs the recipes a paper's tables need, each once, and reads what they left."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from byeori.errors import ByeoriError, StoppedError
from byeori.reproduction.ways import ModelAt

if TYPE_CHECKING:
    from byeori.context import Progress
    from byeori.finished import FinishedRun
    from byeori.plan import Plan
    from byeori.store import Workspace

Planner = Callable[[str, Sequence[str], str], "Plan"]
"""Plans a shipped recipe: its name, options as for `--set`, and a variant of its sweep."""

_Key = tuple[str, tuple[str, ...], str]


@dataclass
class Runs:
    """The runs of one reproduction.

    Attributes:
        planner: plans a recipe, in its tiny form or as it is.
        workspace, progress: where it runs, and where progress is shown.
    """

    planner: Planner
    workspace: "Workspace"
    progress: "Progress"
    _finished: dict[_Key, "FinishedRun"] = field(default_factory=dict)
    _failed: dict[_Key, ByeoriError] = field(default_factory=dict)

    def of(self, model: ModelAt) -> "FinishedRun":
        """The finished run that holds a model; what is done already is not done again.

        Raises:
            StoppedError: running again goes on from here.
            ByeoriError: the recipe cannot be planned or run; the same one each time.
        """
        key = model.recipe, model.overrides, model.variant
        if key in self._failed:
            raise self._failed[key]
        if key not in self._finished:
            try:
                self._finished[key] = self._run(*key)
            except StoppedError:
                raise
            except ByeoriError as error:
                self._failed[key] = error
                raise
        return self._finished[key]

    def _run(self, recipe: str, overrides: tuple[str, ...], variant: str) -> "FinishedRun":
        from byeori.finished import read_run
        from byeori.run import execute

        self.progress.message(f"recipe {recipe}" + (f", variant {variant}" if variant else ""))
        run = execute(self.planner(recipe, overrides, variant), self.workspace, self.progress)
        folder = self.workspace.folder / "runs"
        return read_run(folder, run.folder.relative_to(folder).as_posix())
