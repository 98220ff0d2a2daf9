"""A run whose data is made and nothing else: twelve documents, two languages."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from byeori.browsing import open_run
from byeori.context import Silent
from byeori.plan import make_plan
from byeori.plugins import discover
from byeori.recipe import read_recipe
from byeori.review.store import ReviewStore
from byeori.review.subject import Subject
from byeori.run import Run, execute
from byeori.store import Workspace

RECIPE = """\
name: mine
base_model: {path: builtin:tiny}
documents: [{use: jsonl, path: rows.jsonl, text: body}]
examples:
  - use: templates
    templates:
      - {task: name, language: en, instruction: "Who wrote {{ n }}?", output: "{{ name }}"}
      - {task: number, language: ko, instruction: "{{ name }}의 번호는?", output: "{{ n }}"}
filters: []
tuning: [{use: lora, r: 8}]
evaluators: [{use: generated-answers}]
"""


class Study:
    """The run, made again with other filters as often as need be."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.workspace = Workspace(folder / ".byeori")
        rows = ({"body": f"Report {n} is by Author{n}.", "name": f"Author{n}", "n": str(n)}
                for n in range(10, 22))  # fmt: skip
        (folder / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)))

    def run(self, filters: str = "[]") -> Run:
        recipe = self.folder / "mine.yaml"
        recipe.write_text(RECIPE.replace("filters: []", f"filters: {filters}"), encoding="utf-8")
        plan = make_plan(read_recipe(recipe), discover(), sample=99)
        return execute(plan, self.workspace, Silent())

    @property
    def subject(self) -> Subject:
        return Subject(open_run(self.workspace, "mine/sample"))

    def review(self) -> ReviewStore:
        store = ReviewStore(self.workspace.run_folder("mine/sample") / "review.sqlite")
        store.follow(self.subject)
        return store


@pytest.fixture
def study(tmp_path: Path) -> Study:
    made = Study(tmp_path)
    made.run()
    return made


@pytest.fixture
def store(study: Study) -> Iterator[ReviewStore]:
    with study.review() as opened:
        yield opened
