"""Runs of one recipe in processes of their own: whole, or killed again and again."""

import hashlib
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from byeori.bulk import Rows
from byeori.records import Example
from byeori.store.artifacts import read_manifest
from faulted.server import FAULTS, TIMEOUT, WatchedServer, committed

RECIPE = """\
name: faults
base_model: {{path: builtin:tiny}}
documents:
  - {documents}
examples:
  - use: question-answer
    per_document: 3
    grounded: true
    model:
      name: loopback
      base_url: {url}
      concurrency: {in_flight}
      timeout_seconds: {timeout}
      backoff_seconds: 0.05
tuning:
  - {{use: lora, r: 4, max_steps: 1, batch_size: 4, max_length: 256, too_long: drop}}
evaluators:
  - {{use: generated-answers, limit: 1, max_new_tokens: 1}}
"""
COMMAND = [sys.executable, "-c", "from byeori.cli import main; main()", "run", "faults.yaml"]
LONGEST = 900.0
"""Seconds until a run is taken to hang."""


@dataclass
class Made:
    """What a run, with its repetitions, asked and made.

    Attributes:
        documents: that it read.
        examples: of each document with any.
        requests: HTTP requests.
        items: different questions among them.
        faulted: how often each fault was injected.
        kills: how often it was killed.
        open_at_kills: questions asked and not committed at a kill, counted at each kill anew.
        repeated: how many of those were asked once more.
        lost: answers committed before a kill that are not there, or not the same, at the end.
        again: requests for an answer that was committed when they came.
        files: SHA-256 of every file of every finished stage.
        seconds: of wall clock, all processes.
    """

    documents: int
    examples: Counter[str]
    requests: int
    items: int
    faulted: Counter[str]
    again: int
    files: dict[str, str]
    seconds: float
    kills: int = 0
    open_at_kills: int = 0
    repeated: int = 0
    lost: int = 0


@dataclass
class _Kept:
    """What is known at the kills."""

    answers: dict[str, str] = field(default_factory=dict)
    open: set[str] = field(default_factory=set)
    opened: int = 0
    repeated: int = 0

    def look(self, asked: set[str], answers: dict[str, str]) -> None:
        """Take stock after a process: what it asked, and what is committed now."""
        self.repeated += len(self.open & asked)
        self.answers |= answers
        opened = asked - set(answers)
        self.open = (self.open - asked) | opened
        self.opened += len(opened)


@dataclass(frozen=True)
class Job:
    """What is run.

    Attributes:
        documents: the recipe's source, as YAML in one line.
        in_flight: requests on the way at a time.
        options: of `byeori run`.
    """

    documents: str
    in_flight: int = 64
    options: tuple[str, ...] = ()

    def prepare(self, folder: Path, url: str) -> Path:
        """Write the recipe; where its journal will be."""
        folder.mkdir(parents=True)
        recipe = RECIPE.format(
            documents=self.documents, url=url, in_flight=self.in_flight, timeout=TIMEOUT
        )
        (folder / "faults.yaml").write_text(recipe, encoding="utf-8")
        return folder / ".byeori" / "answers.sqlite"

    def start(self, folder: Path) -> "subprocess.Popen[str]":
        """Run it, or go on with it."""
        quiet = {"OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "passive"}
        return subprocess.Popen(
            [*COMMAND, *self.options],
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **quiet},
        )


def whole(job: Job, folder: Path, server: WatchedServer) -> Made:
    """One run that nothing disturbs."""
    server.faults = {}
    server.watch(job.prepare(folder, server.base_url))
    started = time.monotonic()
    _finish(job.start(folder))
    return _made(folder, server, started)


def killed(job: Job, folder: Path, server: WatchedServer, moments: Sequence[int]) -> Made:
    """The same with faults, killed when so many requests have come; run again after each kill.

    Raises:
        RuntimeError: a run ends in another way than it should.
    """
    server.faults = dict(FAULTS)
    journal = job.prepare(folder, server.base_url)
    server.watch(journal)
    started, kept = time.monotonic(), _Kept()
    for moment in moments:
        before = len(server.asked)
        _kill(job.start(folder), server, moment)
        kept.look(set(server.asked[before:]), committed(journal))
    before = len(server.asked)
    _finish(job.start(folder))
    made, answers = _made(folder, server, started), committed(journal)
    made.lost = sum(answers.get(key) != answer for key, answer in kept.answers.items())
    kept.look(set(server.asked[before:]), answers)
    made.kills, made.open_at_kills, made.repeated = len(moments), kept.opened, kept.repeated
    return made


def _kill(process: "subprocess.Popen[str]", server: WatchedServer, moment: int) -> None:
    while len(server.asked) < moment and process.poll() is None:
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    said = process.communicate()[1]
    if process.returncode != -signal.SIGKILL:
        raise RuntimeError(f"the run ended before request {moment}:\n{said}")


def _finish(process: "subprocess.Popen[str]") -> None:
    said = process.communicate(timeout=LONGEST)[1]
    if process.returncode:
        raise RuntimeError(f"the run ended with {process.returncode}:\n{said}")


def _made(folder: Path, server: WatchedServer, started: float) -> Made:
    seconds = time.monotonic() - started
    artifacts = folder / ".byeori" / "artifacts"
    finished = sorted(artifacts.glob("[0-9a-f]*"))
    stages = {read_manifest(path)["stage"]: path for path in finished}
    examples = Rows(stages["examples"] / "examples.arrow", Example)
    return Made(
        documents=read_manifest(stages["documents"])["counts"]["kept"],
        examples=Counter(examples.column("document_id")),
        requests=len(server.asked),
        items=len(set(server.asked)),
        faulted=server.faulted,
        again=len(server.again),
        files=_files(artifacts),
        seconds=seconds,
    )


def _files(artifacts: Path) -> dict[str, str]:
    return {
        str(path.relative_to(artifacts)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(artifacts.glob("[0-9a-f]*/**/*"))
        if path.is_file()
    }
