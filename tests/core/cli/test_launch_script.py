import shlex
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from byeori.cli.main import run
from byeori.launching.scripts import KINDS

RECIPE = """\
name: my-run
base_model: {path: builtin:tiny}
documents:
  - {use: jsonl, path: rows.jsonl, text: body}
examples:
  - use: templates
    templates:
      - {task: name, language: en, instruction: "Who is {{ name }}?", output: "{{ name }}"}
tuning:
  - {use: lora, r: 8}
  - {id: more, use: full, from: lora}
evaluators:
  - {use: generated-answers}
"""
DDP = "distributed: ddp"
TWO_BY_FOUR = "distributed: {strategy: ddp, processes: 4, nodes: 2}"
QUOTE = "examples.0.templates.0.instruction=Who's {{ name }}?"
Script = Callable[..., str]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "a folder"
    folder.mkdir()
    (folder / "rows.jsonl").write_text('{"body": "text", "name": "Ada"}\n')
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def script(folder: Path, capsys: pytest.CaptureFixture[str]) -> Script:
    """The script for a recipe whose first training has more settings; or what is wrong."""

    def make(setting: str, *options: str, code: int = 0) -> str:
        recipe = RECIPE.replace("r: 8", f"r: 8, {setting}" if setting else "r: 8")
        (folder / "mine.yaml").write_text(recipe)
        arguments = ["launch-script", "mine.yaml", *options]
        assert run([*arguments, *([] if "--kind" in options else ["--kind", "slurm"])]) == code
        out, err = capsys.readouterr()
        return err if code else out

    return make


@pytest.mark.parametrize("nodes", ["1", "3"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_script_is_bash_that_starts_byeori_run(
    kind: str, nodes: str, script: Script, folder: Path
) -> None:
    shape = ("--kind", kind, "--nodes", nodes, "--gpus-per-node", "8")
    text = script(DDP, *shape, "--set", QUOTE, "--workspace", "w 1", "-q")
    assert text.startswith("#!/usr/bin/env bash\n")
    assert "\nset -euo pipefail\n" in text
    assert f"cd '{folder}'" in text
    quoted = shlex.quote(QUOTE)
    assert f"byeori run mine.yaml --set {quoted} --workspace 'w 1' --quiet\n" in text
    assert "EDIT" in text
    assert f"{8 * int(nodes)} processes" in text
    bash = shutil.which("bash")
    assert bash is not None
    done = subprocess.run([bash, "-n"], input=text, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="needs shellcheck")
@pytest.mark.parametrize("nodes", ["1", "3"])
@pytest.mark.parametrize("kind", KINDS)
def test_shellcheck_finds_nothing_in_a_script(kind: str, nodes: str, script: Script) -> None:
    text = script(DDP, "--kind", kind, "--nodes", nodes, "--gpus-per-node", "8")
    command = [str(shutil.which("shellcheck")), "-"]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    assert done.stdout == ""


def test_a_script_for_slurm_asks_for_what_is_started(script: Script) -> None:
    text = script(DDP, "--nodes", "3", "--gpus-per-node", "8")
    for line in ("nodes=3", "ntasks-per-node=8", "gpus-per-node=8", "job-name=my-run"):
        assert f"\n#SBATCH --{line}\n" in text
    assert text.index("#SBATCH") < text.index("set -euo")


def test_the_recipe_s_own_numbers_are_taken(script: Script) -> None:
    text = script(TWO_BY_FOUR, "--kind", "torchrun")
    assert "--nnodes 2 --nproc-per-node 4 " in text
    assert "All of them train in: lora. " in text


def test_plugins_that_are_switched_off_are_so_in_the_script(
    folder: Path, script: Script, capsys: pytest.CaptureFixture[str]
) -> None:
    script(TWO_BY_FOUR)
    assert run(["-p", "no:nasa", "launch-script", "mine.yaml", "--kind", "torchrun"]) == 0
    assert "--module byeori -p no:nasa run mine.yaml" in capsys.readouterr().out


def test_a_sweep_is_launched_whole_or_by_one_variant(
    folder: Path, script: Script, capsys: pytest.CaptureFixture[str]
) -> None:
    script(TWO_BY_FOUR)
    with (folder / "mine.yaml").open("a") as file:
        file.write("sweep: {tuning.lora.r: [4, 8]}\n")
    for options in ([], ["--variant", "r=4"]):
        assert run(["launch-script", "mine.yaml", "--kind", "torchrun", *options]) == 0
        assert f"{' '.join(['run mine.yaml', *options])} --workspace" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("setting", "options", "problem"),
    [
        (DDP, (), "give --gpus-per-node: the recipe does not say"),
        (DDP, ("--gpus-per-node", "0"), "--gpus-per-node"),
        (TWO_BY_FOUR, ("--nodes", "3"), "mine.yaml:10:"),
        (TWO_BY_FOUR, ("--nodes", "3"), "distributed.nodes: asks for 2, and the launch is of 3"),
        (TWO_BY_FOUR, ("--gpus-per-node", "8"), "distributed.processes: asks for 4"),
        (f"{DDP}, batch_size: 12", ("--nodes", "4", "--gpus-per-node", "8"), "32 processes cannot"),
        ("rr: 9", ("--gpus-per-node", "8"), "unknown key"),
    ],
)
def test_what_cannot_be_launched_is_refused(
    setting: str, options: tuple[str, ...], problem: str, script: Script
) -> None:
    assert problem in script(setting, *options, code=2)


def test_a_recipe_in_which_nothing_is_distributed_is_said_to_be(
    folder: Path, script: Script, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "NO STAGE TRAINS IN SEVERAL PROCESSES" in script("", "--gpus-per-node", "8")
    assert run(["launch-script", "mine.yaml", "--kind", "slurm", "--gpus-per-node", "8"]) == 0
    assert "mine.yaml: no stage has `distributed:`" in capsys.readouterr().err
