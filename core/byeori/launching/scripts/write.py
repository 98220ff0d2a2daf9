"""Writes the script of a launch."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import PackageLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment


@dataclass(frozen=True)
class Launch:
    """What a script starts.

    Attributes:
        kind: the launcher, one of `byeori.launching.scripts.KINDS`.
        nodes, processes: on how many machines, and in how many processes on each.
        stages: ids of the trainings that use all of them.
        name: of the run; recipes allow letters, digits, `_` and `-`.
        command: what follows `python -m byeori`: `run recipe.yaml ...`.
        folder: where the command is to be started; its paths are relative to that.
        workspace: the workspace of the command.
    """

    kind: str
    nodes: int
    processes: int
    stages: Sequence[str]
    name: str
    command: Sequence[str]
    folder: Path
    workspace: Path


def launch_script(launch: Launch) -> str:
    """The script, for bash."""
    environment = ImmutableSandboxedEnvironment(
        loader=PackageLoader("byeori.launching", "scripts"),
        undefined=StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    script = environment.get_template(f"{launch.kind}.sh.jinja").render(
        nodes=launch.nodes,
        processes=launch.processes,
        world=launch.nodes * launch.processes,
        stages=", ".join(launch.stages),
        name=launch.name,
        command=shlex.join(["byeori", *launch.command]),
        folder=shlex.quote(str(launch.folder)),
        workspace=" ".join(str(launch.folder / launch.workspace).split()),  # for a comment
    )
    return script.rstrip() + "\n"
