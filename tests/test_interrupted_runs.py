"""Whole runs in real processes: killed again and again, they end as if nothing had happened."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from byeori.testing.server import OpenAIServer

pytestmark = pytest.mark.slow

RECIPE = """\
name: killed
base_model: {{path: builtin:tiny}}
documents:
  - {{use: csv, path: elements.csv, text: name_en, title: name_en, language: en, licence: CC0-1.0}}
examples:
  - use: templates
    templates:
      - {{task: symbol, language: en, instruction: "The symbol of {{{{ name_en }}}}?", output: "{{{{ symbol }}}}"}}
      - {{task: number, language: en, instruction: "The number of {{{{ name_en }}}}?", output: "{{{{ atomic_number }}}}"}}
  - use: question-answer
    model: {{name: loopback, base_url: "{url}", concurrency: 4}}
tuning:
  - {{use: lora, r: 4, max_steps: 30, batch_size: 8, checkpoints: 6, max_length: 256, too_long: drop}}
  - {{id: both, use: ia3, from: lora, max_steps: 10, batch_size: 8, max_length: 256, too_long: drop}}
evaluators:
  - {{use: multiple-choice}}
  - {{use: generated-answers, max_new_tokens: 8}}
"""  # noqa: E501
CHAIN = """\
name: killed
base_model: {path: builtin:tiny}
documents:
  - {use: csv, path: elements.csv, text: name_ko, title: name_en, language: ko, licence: CC0-1.0}
examples:
  - use: templates
    templates:
      - {task: symbol, language: ko, instruction: "{{ name_ko }}의 기호는?", output: "{{ symbol }}"}
tuning:
  - {id: tokens, use: vocabulary, size: 30, min_frequency: 1}
  - {id: korean, use: pretraining, from: tokens, max_length: 64, max_steps: 20, batch_size: 2, checkpoints: 9}
  - {id: all, use: full, from: korean, max_steps: 5, batch_size: 8}
  - {use: lora, from: all, r: 4, max_steps: 5, batch_size: 8}
evaluators:
  - {use: multiple-choice}
"""  # noqa: E501
SWEEP = "sweep:\n  tuning.both.max_steps: [5, 10]\n"
COUNT = 40
LONGEST = 240
# Kill this long (seconds) after the line of this stage: while answers come, in training (twice),
# between trainings, in the evaluation.
KILLS = (
    ("documents:", 0.0),
    ("examples.0:", 0.3),
    ("examples.0:", 0.8),
    ("training:", 1.0),
    ("training:", 2.0),
    ("lora:", 0.1),
    ("both:", 0.1),
)


@pytest.fixture(scope="module")
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer(delay=0.05) as running:
        yield running


# Of a sweep: in a training of the first variant, between the two, in a training of the second.
KILLS_OF_A_SWEEP = (
    ("training:", 1.5),
    ("variant max_steps=10", 0.0),
    ("variant max_steps=10", 1.5),
)


def prepare(folder: Path, server: OpenAIServer, more: str = "") -> None:
    from importlib.resources import files

    elements = (files("byeori_plugins") / "recipes/demo/elements.csv").read_text(encoding="utf-8")
    rows = elements.splitlines(keepends=True)[: COUNT + 1]
    (folder / "elements.csv").write_text("".join(rows), encoding="utf-8")
    recipe = RECIPE.format(url=server.base_url) + more
    (folder / "killed.yaml").write_text(recipe, encoding="utf-8")


def prepare_chain(folder: Path, server: OpenAIServer) -> None:
    prepare(folder, server)
    (folder / "killed.yaml").write_text(CHAIN, encoding="utf-8")


def start(folder: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", "from byeori.cli import main; main()", "run", "killed.yaml"],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "passive"},
    )


def wait_for(process: "subprocess.Popen[str]", stage: str) -> None:
    """Read what the run says until it comes to the line of a stage, or of a variant."""
    assert process.stderr is not None
    said = []
    for line in process.stderr:
        said.append(line)
        if f"] {stage}" in line or line.startswith(stage):
            return
    raise AssertionError("".join(said))


def kill(process: "subprocess.Popen[str]", stage: str, delay: float) -> None:
    wait_for(process, stage)
    time.sleep(delay)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL, f"the run ended before {stage} + {delay} s"


def finish(process: "subprocess.Popen[str]") -> str:
    out, err = process.communicate(timeout=LONGEST)
    assert process.returncode == 0, err
    return out + err


def content(folder: Path) -> dict[str, bytes]:
    """Every finished artifact, and the report's figures."""
    workspace = folder / ".byeori"
    paths = [*workspace.glob("artifacts/[0-9a-f]*/**/*"), *workspace.glob("runs/killed/**/*")]
    # These say how long things took, and what was on the way when a run was killed.
    skipped = {"events.jsonl", "report.html", "interrupted.jsonl", "time.csv", "costs.csv"}
    return {
        str(path.relative_to(workspace)): path.read_bytes()
        for path in sorted(paths)
        if path.is_file() and path.name not in skipped
    }


@pytest.fixture(scope="module")
def uninterrupted(
    tmp_path_factory: pytest.TempPathFactory, server: OpenAIServer
) -> tuple[Path, dict[str, bytes]]:
    folder = tmp_path_factory.mktemp("uninterrupted")
    prepare(folder, server)
    finish(start(folder))
    return folder, content(folder)


def test_a_run_killed_again_and_again_ends_with_the_same_bytes(
    tmp_path: Path, server: OpenAIServer, uninterrupted: tuple[Path, dict[str, bytes]]
) -> None:
    _, wanted = uninterrupted
    prepare(tmp_path, server)
    asked_before = len(server.bodies)
    for stage, delay in KILLS:
        kill(start(tmp_path), stage, delay)
    finish(start(tmp_path))
    got = content(tmp_path)
    assert sorted(got) == sorted(wanted)
    assert [name for name in wanted if got[name] != wanted[name]] == []
    # At most what was in flight at a kill (4 at a time) was asked for again.
    assert COUNT <= len(server.bodies) - asked_before <= COUNT + 4 * 2


def test_running_again_repeats_nothing_and_asks_nothing(
    server: OpenAIServer, uninterrupted: tuple[Path, dict[str, bytes]]
) -> None:
    folder, wanted = uninterrupted
    asked = len(server.bodies)
    said = finish(start(folder))
    assert said.count("done before") == 17
    assert len(server.bodies) == asked
    assert content(folder) == wanted


def test_ctrl_c_ends_with_3_and_the_same_command_goes_on(
    tmp_path: Path, server: OpenAIServer, uninterrupted: tuple[Path, dict[str, bytes]]
) -> None:
    prepare(tmp_path, server)
    process = start(tmp_path)
    wait_for(process, "training:")
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=LONGEST)
    assert process.returncode == 3, err
    assert "run the same command again" in err
    assert "Traceback" not in err
    finish(start(tmp_path))
    assert content(tmp_path) == uninterrupted[1]


def test_a_second_run_is_refused_while_the_first_goes_on_and_told_which_that_is(
    tmp_path: Path, server: OpenAIServer
) -> None:
    prepare(tmp_path, server)
    first = start(tmp_path)
    while not (tmp_path / ".byeori" / "lock").is_file() and first.poll() is None:
        time.sleep(0.05)
    time.sleep(0.2)
    second = start(tmp_path)
    _, err = second.communicate(timeout=LONGEST)
    assert first.poll() is None
    first.kill()
    first.communicate()
    assert second.returncode == 3
    assert f"in use by process {first.pid} " in err


def test_a_sweep_killed_in_and_between_its_variants_ends_with_the_same_bytes(
    tmp_path: Path, server: OpenAIServer
) -> None:
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    for folder in (whole, killed):
        folder.mkdir()
        prepare(folder, server, SWEEP)
    finish(start(whole))
    asked = len(server.bodies)
    for stage, delay in KILLS_OF_A_SWEEP:
        kill(start(killed), stage, delay)
    finish(start(killed))
    wanted, got = content(whole), content(killed)
    assert sorted(got) == sorted(wanted)
    assert [name for name in wanted if got[name] != wanted[name]] == []
    assert {f"runs/killed/{name}/report.json" for name in ("max_steps=5", "max_steps=10")} < set(
        got
    )
    assert len(server.bodies) - asked == COUNT  # both variants, and every run, share the answers


def test_new_tokens_pre_training_and_tuning_end_with_the_same_bytes_after_kills(
    tmp_path: Path, server: OpenAIServer
) -> None:
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    for folder in (whole, killed):
        folder.mkdir()
        prepare_chain(folder, server)
    finish(start(whole))
    for stage, delay in (("training:", 3.0), ("tokens:", 1.5), ("korean:", 1.0)):
        kill(start(killed), stage, delay)
    finish(start(killed))
    wanted, got = content(whole), content(killed)
    assert sorted(got) == sorted(wanted)
    assert [name for name in wanted if got[name] != wanted[name]] == []
    reports = json.loads(wanted["runs/killed/report.json"])["tunings"]
    documents = [report["train_documents"] for report in reports]
    assert documents == [documents[0], documents[0], None, None]
    assert 0 < documents[0] < COUNT
