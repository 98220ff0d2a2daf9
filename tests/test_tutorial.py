"""Follows docs/tutorial.md word for word: its files are written, its commands run and compared."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[1] / "docs" / "tutorial.md"
FENCE = re.compile(r"^```(\w+)(?: title=(\S+))?\n(.*?)^```$", re.M | re.S)


def flat(text: str) -> str:
    return " ".join(text.split())


class Tutorial:
    """Writes the page's files and runs its commands, in the order of the page."""

    def __init__(self, folder: Path) -> None:
        self.folder, site = folder / "project", folder / "site"
        self.folder.mkdir()
        sources = self.folder / "byeori-workshop" / "src"
        bin_folder = Path(sys.executable).parent
        # pip is kept from changing the environment of the tests; nothing else is different.
        self.environment = {
            **os.environ,
            "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": os.pathsep.join([str(sources), str(site), *sys.path]),
            "PIP_TARGET": str(site),
            "PIP_NO_DEPS": "1",
            "PIP_NO_INDEX": "1",
        }

    def follow(self, *, without: str = "") -> None:
        for match in FENCE.finditer(PAGE.read_text(encoding="utf-8")):
            if match[2]:
                self.write(match[2], match[3])
            elif match[1] == "console":
                for step in re.split(r"^\$ ", match[3], flags=re.M)[1:]:
                    command, _, expected = step.partition("\n")
                    if not (without and re.match(without, command)):
                        self.run(command, expected)

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        assert path.parent.is_dir()  # a folder that the package has, not one of a misspelt name
        path.write_text(text, encoding="utf-8")

    def run(self, command: str, expected: str) -> None:
        if command.startswith("cd "):
            self.folder /= command.removeprefix("cd ")
            return
        done = subprocess.run(
            command,
            shell=True,
            cwd=self.folder,
            env=self.environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        pattern = re.escape(flat(expected)).replace(r"\.\.\.", ".*")
        assert re.search(pattern, flat(done.stdout)), f"$ {command}\n{done.stdout}"


def test_the_tutorial_validates_and_plans_word_for_word(tmp_path: Path) -> None:
    # Without the runs nothing is done yet, so the last plan would show more to do.
    Tutorial(tmp_path).follow(without=r"byeori run|byeori data|byeori plan|byeori test|python -m")


@pytest.mark.slow
def test_the_tutorial_runs_word_for_word(tmp_path: Path) -> None:
    Tutorial(tmp_path).follow()
