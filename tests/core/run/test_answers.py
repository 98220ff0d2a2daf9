"""Evaluators that rate answers: models answer first, then answers are rated side by side."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import Field

from byeori import (
    Answer,
    Answered,
    AnswerEvaluator,
    Config,
    Context,
    Diagnostic,
    EvaluationData,
    Item,
    Model,
    PluginError,
    ResultTable,
    Score,
    hookimpl,
)
from byeori.report import from_json
from byeori.testing import registry_of

from .conftest import RECIPE, Runner, plugin

ASKED: list[str] = []


class LengthConfig(Config):
    times: int = 1
    factor: float = Field(1.0, json_schema_extra={"identity": ["scores"]})
    broken: str = Field("", json_schema_extra={"identity": ["scores"]})
    silent: bool = False


class Longer(AnswerEvaluator[LengthConfig]):
    """How much longer an answer is than the baseline's."""

    name = "longer"
    config_model = LengthConfig

    def items(self, data: EvaluationData, context: Context) -> Iterable[Item]:
        for example in data.test:
            yield Item(instruction=example.instruction, reference=example.output)

    def answers(self, model: Model, items: Sequence[Item], context: Context) -> Iterator[Answer]:
        ASKED.append(model.name)
        for item in () if self.config.silent else items:
            yield Answer(item_id=item.id, text=model.name * self.config.times)

    def beside(self, model: str, baseline: str, models: Sequence[str]) -> Sequence[str]:
        return () if model == baseline else (baseline,)

    def rate(self, answered: Answered, items: Sequence[Item], context: Context) -> Iterator[Score]:
        (others,) = answered.others or [answered.own]
        for item, own, other in zip(items, answered.own, others, strict=True):
            value = self.config.factor * (len(own.text) - len(other.text))
            yield Score(item_id=item.id, metric="longer", value=value, prediction=own.text)

    def diagnose(self, scores: Any) -> Iterable[Diagnostic]:
        value = float("nan") if self.config.broken else float(len(scores))
        return [Diagnostic(name="models", value=value, unit="count", note="as many | as there are")]

    def tables(self, scores: Any, items: Any) -> Iterable[ResultTable]:
        rows = tuple(
            (model, len(rows), items[rows[0].item_id].reference, 0.5)
            for model, rows in scores.items()
        )
        yield ResultTable(
            title="Lengths <b>", columns=("Model", "Items", "First", "Half"), rows=rows
        )


def byeori_evaluators() -> list[type]:
    return [Longer]


TEXT = RECIPE.replace(
    "  - {use: test/recall}\n", "  - {use: rates/longer, id: longer}\n  - {use: test/recall}\n"
)


class AnswerRunner(Runner):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        rates = SimpleNamespace(byeori_evaluators=hookimpl(byeori_evaluators))
        self.registry = registry_of(test=plugin(self.events), rates=rates)


@pytest.fixture
def answers(runner: Runner, tmp_path: Path) -> AnswerRunner:
    (tmp_path / "more").mkdir()
    ASKED.clear()
    return AnswerRunner(tmp_path / "more")


def test_every_model_answers_before_answers_are_rated_beside_the_baselines(
    answers: AnswerRunner,
) -> None:
    run = answers.run(text=TEXT)
    stages = [stage.id for stage in run.plan.stages]
    made = [name for name in stages if name.startswith("answers.")]
    assert made == ["answers.longer.base", "answers.longer.one", "answers.longer.two"]
    assert stages.index(made[-1]) < stages.index("scores.longer.base")
    assert run.plan.by_id["scores.longer.two"].inputs == (
        "items.longer", "answers.longer.two", "answers.longer.base",
    )  # fmt: skip
    assert run.report is not None
    values = {
        c.model: c.tuned.value for c in run.report.comparisons if c.metric == "longer" and c.tuned
    }
    assert values == {"one": -1.0, "two": -1.0}


def test_the_headline_still_speaks_of_the_first_evaluator_of_the_recipe(
    answers: AnswerRunner,
) -> None:
    report = answers.run(text=TEXT).report
    assert report is not None
    assert report.comparisons[0].evaluator == "longer"
    assert "longer" in report.headline.title


def test_what_matters_to_rating_alone_asks_no_model_and_trains_nothing_again(
    answers: AnswerRunner,
) -> None:
    answers.run(text=TEXT)
    assert ASKED == ["base", "one", "two"]
    again = answers.run("evaluators.0.factor=2.0", text=TEXT)
    assert ASKED == ["base", "one", "two"]
    assert again.made == [f"scores.longer.{model}" for model in ("base", "one", "two")]
    asked = answers.run("evaluators.0.times=2", text=TEXT)
    assert ASKED[3:] == ["base", "one", "two"]
    assert "items.longer" in asked.made


def test_two_evaluators_that_ask_the_same_share_the_answers(answers: AnswerRunner) -> None:
    twice = "  - {use: rates/longer, id: longer}\n  - {use: rates/longer, id: other, factor: 3}\n"
    text = TEXT.replace("  - {use: rates/longer, id: longer}\n", twice)
    report = answers.run(text=text).report
    assert ASKED == ["base", "one", "two"]
    assert report is not None
    assert [c.tuned and c.tuned.value for c in report.comparisons[:4]] == [-1.0, -1.0, -3.0, -3.0]


def test_what_an_evaluator_says_of_its_scores_stands_in_the_report(answers: AnswerRunner) -> None:
    run = answers.run(text=TEXT)
    assert run.report is not None
    (one,) = run.report.diagnostics["longer"]
    assert (one.name, one.value) == ("models", 3.0)
    markdown = (run.folder / "report.md").read_text(encoding="utf-8")
    assert "## How far the scores can be trusted" in markdown
    assert "| models | longer | 3.000 (no interval) | count | 0 |" in markdown
    assert "- models: as many \\| as there are" in markdown
    assert "How far the scores can be trusted" in (run.folder / "report.html").read_text("utf-8")


def test_an_evaluators_own_tables_are_in_the_report_the_baseline_first(
    answers: AnswerRunner,
) -> None:
    run = answers.run(text=TEXT)
    assert run.report is not None
    (table,) = run.report.tables["longer"]
    assert [row[0] for row in table.rows] == ["base", "one", "two"]
    page, summary = ((run.folder / f"report.{end}").read_text("utf-8") for end in ("html", "md"))
    assert '<a href="#tables">' in page
    assert "Lengths &lt;b&gt;" in page
    assert "**longer: Lengths &lt;b&gt;**" in summary
    (lines,) = [(run.folder / "tables" / "longer-1.csv").read_text("utf-8-sig").splitlines()]
    assert lines[0] == "Model,Items,First,Half"
    assert len(lines) == 4
    assert from_json((run.folder / "report.json").read_text("utf-8")).tables == run.report.tables


def test_a_diagnostic_that_is_not_finite_is_the_plugins_error(answers: AnswerRunner) -> None:
    with pytest.raises(PluginError, match=r"diagnose gives 'models' a figure that is not finite"):
        answers.run("evaluators.0.broken=yes", text=TEXT)


def test_a_missing_answer_is_the_plugins_error(answers: AnswerRunner) -> None:
    with pytest.raises(PluginError, match="must give one answer to each of its"):
        answers.run("evaluators.0.silent=true", text=TEXT)
