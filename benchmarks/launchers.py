"""One recipe under every launcher, started by the scripts that `byeori launch-script` prints.

    python benchmarks/launchers.py [--quick] [--kinds torchrun slurm] [--json FILE]

A run of two processes on the CPU, started once by `byeori run` itself and once by each launcher,
must make the same artifacts, byte for byte. There is no Slurm here: `srun` and `scontrol` are
stand-ins that start the processes on this machine, with Slurm's variables.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

PROCESSES = 2
RECIPE = """\
name: launched
base_model: {path: builtin:tiny}
documents:
  - {use: jsonl, path: rows.jsonl, text: text, title: title, language: en, licence: CC0-1.0}
examples:
  - use: templates
    templates:
      - {task: name, language: en, instruction: "Who wrote {{ title }}?", output: "{{ text }}"}
tuning:
  - {use: lora, r: 4, max_steps: 4, batch_size: 8, distributed: {strategy: ddp, processes: 2}}
evaluators:
  - {use: generated-answers, max_new_tokens: 4}
"""
SRUN = """\
import os, subprocess, sys, time
command = [part for part in sys.argv[1:] if not part.startswith("--kill-on")]
count = int(os.environ["STAND_IN_TASKS"])
tasks = [
    subprocess.Popen(command, env={
        **os.environ, "SLURM_PROCID": str(n), "SLURM_LOCALID": str(n), "SLURM_NODEID": "0",
        "SLURM_STEP_ID": "0", "SLURM_STEP_NUM_TASKS": str(count),
        "SLURM_STEP_TASKS_PER_NODE": str(count),
    })
    for n in range(count)
]
while None in [task.poll() for task in tasks] and not any(task.returncode for task in tasks):
    time.sleep(0.1)
for task in tasks:
    task.terminate()
codes = [task.wait() for task in tasks]
print("exit codes", codes, file=sys.stderr)
sys.exit(max(code % 256 for code in codes))
"""
QUIET = {
    "OMP_NUM_THREADS": "1",
    "OMP_WAIT_POLICY": "passive",
    "TOKENIZERS_PARALLELISM": "false",
    "HF_HUB_OFFLINE": "1",
    "CUDA_VISIBLE_DEVICES": "",
}


@dataclass(frozen=True)
class Outcome:
    """How one run ended.

    Attributes:
        exit_code: of what started it.
        seconds: from start to end.
        printed: on standard output and error.
        files: contents of its artifacts, by relative path.
    """

    exit_code: int
    seconds: float
    printed: str
    files: dict[str, bytes]


def prepare(folder: Path) -> None:
    """Write the recipe, its documents and the stand-ins for Slurm."""
    rows = ({"title": f"page {n}", "text": f"Author {n * 7 % 10} wrote it."} for n in range(24))
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    (folder / "rows.jsonl").write_text(lines, encoding="utf-8")
    (folder / "recipe.yaml").write_text(RECIPE, encoding="utf-8")
    programs = folder / "bin"
    programs.mkdir()
    for name, text in {"srun": SRUN, "scontrol": 'print("localhost")\n'}.items():
        (programs / name).write_text(f"#!{sys.executable}\n{text}", encoding="utf-8")
        (programs / name).chmod(0o755)


def alone(folder: Path, *options: str) -> Outcome:
    """The run whose processes byeori starts itself."""
    command = ["-m", "byeori", "run", "recipe.yaml", "--workspace", "alone", *options]
    return _started([sys.executable, *command], folder, "alone")


def launched(kind: str, folder: Path, *options: str) -> Outcome:
    """The run under a launcher, by the script for it."""
    ask = ["--kind", kind, "--workspace", kind, *options]
    script = subprocess.run(
        [sys.executable, "-m", "byeori", "launch-script", "recipe.yaml", *ask],
        cwd=folder, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    (folder / f"{kind}.sh").write_text(script, encoding="utf-8")
    return _started(["bash", f"{kind}.sh"], folder, kind)


def _started(command: list[str], folder: Path, workspace: str) -> Outcome:
    path = [str(folder / "bin"), str(Path(sys.executable).parent), os.environ["PATH"]]
    number = random.randrange(10_000)
    environment = {
        **os.environ,
        **QUIET,
        "PATH": os.pathsep.join(path),
        "PORT": str(20_000 + number),
        "SLURM_JOB_ID": str(number),
        "SLURM_JOB_NODELIST": "localhost",
        "SLURM_CPUS_PER_TASK": "1",
        "STAND_IN_TASKS": str(PROCESSES),
    }
    begun = time.monotonic()
    done = subprocess.run(
        command, cwd=folder, env=environment, check=False, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=600,
    )  # fmt: skip
    seconds = time.monotonic() - begun
    artifacts = folder / workspace / "artifacts"
    files = [path for path in artifacts.rglob("*") if path.is_file()]
    contents = {path.relative_to(artifacts).as_posix(): path.read_bytes() for path in files}
    return Outcome(done.returncode, seconds, done.stdout, contents)


@dataclass(frozen=True)
class Row:
    """A launcher against `byeori run` itself."""

    kind: str
    exit_code: int
    seconds: float
    files: int
    different: int


def main() -> int:
    """Run, print, and write the numbers where they are wanted; 1 if anything differs."""
    options = _options()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder)
        expected = alone(folder)
        rows = [_row("byeori run", expected, expected)]
        rows += [_row(kind, launched(kind, folder), expected) for kind in options.kinds]
    for row in rows:
        same = "the same" if not row.different else f"{row.different} different"
        print(
            f"{row.kind:12} {row.seconds:6.1f} s, {row.files} files, {same}; exit {row.exit_code}"
        )
    if options.json:
        text = json.dumps({"rows": [asdict(row) for row in rows]}, indent=2)
        Path(options.json).write_text(text + "\n", encoding="utf-8")
    return int(any(row.different or row.exit_code for row in rows))


def _row(kind: str, outcome: Outcome, expected: Outcome) -> Row:
    if outcome.exit_code:
        print(outcome.printed, file=sys.stderr)
    names = {*expected.files, *outcome.files}
    different = sum(outcome.files.get(name) != expected.files.get(name) for name in names)
    seconds = round(outcome.seconds, 1)
    return Row(kind, outcome.exit_code, seconds, len(outcome.files), different)


def _options() -> argparse.Namespace:
    kinds = ["torchrun", "deepspeed", "accelerate", "slurm"]
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="torchrun and slurm only")
    parser.add_argument("--kinds", nargs="+", choices=kinds)
    parser.add_argument("--json", metavar="FILE", help="write the numbers there")
    options = parser.parse_args()
    options.kinds = options.kinds or (["torchrun", "slurm"] if options.quick else kinds)
    return options


if __name__ == "__main__":
    raise SystemExit(main())
