import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from byeori import DataError, EvaluationData
from byeori.bulk import with_id
from byeori.models import PromptTooLongError, TransformersModel, load
from byeori.models.speed import Speed as Measured
from byeori.testing import sample_examples, tiny_model
from byeori_plugins.evaluators.speed import METRIC, Speed, SpeedConfig

DATA = EvaluationData(sample_examples(), ())


class Timed:
    """Reads 100 tokens a second and writes `rate`; notes whose turn it was."""

    def __init__(self, name: str, rate: float, turns: list[str]) -> None:
        self.name, self.rate, self.turns = name, rate, turns
        self.asked: list[int] = []

    def prompt_tokens(self, prompts: Any) -> list[int]:
        return [len(prompt.instruction) for prompt in prompts]

    def timed(self, prompts: Any, new_tokens: int, batch_size: int) -> Measured:
        if long := {n: "long" for n, p in enumerate(prompts) if "Arlen" in p.instruction}:
            raise PromptTooLongError(long)
        self.turns.append(self.name)
        self.asked.append(len(prompts))
        tokens = len(prompts) * (new_tokens - 1)
        return Measured(len(prompts) * 10, tokens, len(prompts) / 10, tokens / self.rate, 1, 1000)


@pytest.fixture
def measured(make_context: Callable[..., Any]) -> Any:
    """A context, and what is measured in it."""
    found: dict[str, float] = {}
    return replace_measure(make_context(), found), found


def replace_measure(context: Any, found: dict[str, float]) -> Any:
    object.__setattr__(context, "on_measure", found.update)
    return context


def items_of(made: Speed, context: Any) -> list[Any]:
    return [with_id(item) for item in made.items(DATA, context)]


def test_base_and_tuned_are_measured_in_turns_and_on_the_same_questions(measured: Any) -> None:
    context, found = measured
    made = Speed(SpeedConfig(limit=24, repeats=4, new_tokens=11))
    turns: list[str] = []
    tuned, base = Timed("tuned", 50, turns), Timed("base", 40, turns)
    items = items_of(made, context)
    scores = list(made.score(tuned, items, replace(context, base_model=lambda: base)))
    assert turns[-8:] == ["base", "tuned", "tuned", "base"] * 2
    assert set(tuned.asked[-4:]) == set(base.asked[-4:]) == {21}  # three questions are too long
    assert found["prompt_tokens_per_second"] == pytest.approx(100)
    assert found["answer_tokens_per_second"] == pytest.approx(50)
    assert found["base_answer_tokens_per_second_highest"] == pytest.approx(40)
    assert found["answer_speed_over_base"] == pytest.approx(50 / 40)
    assert found["memory_above_the_model_bytes"] == 1000
    assert found["rounds"] == 4
    assert [score.value for score in scores] == [len(item.instruction) for item in items]


def test_the_base_is_measured_alone(measured: Any) -> None:
    context, found = measured
    made = Speed(SpeedConfig(limit=2, repeats=1))
    list(made.score(Timed("base", 40, []), items_of(made, context), context))
    assert not [name for name in found if "base" in name]


def test_a_model_elsewhere_is_not_timed(known_model: Any, measured: Any) -> None:
    context, found = measured
    made = Speed(SpeedConfig(limit=2))
    scores = list(made.score(known_model(lambda p, t: 0.0), items_of(made, context), context))
    assert [score.value for score in scores] == [None, None]
    assert "outside this process" in scores[0].metadata["unscored"]
    assert found == {}


def test_nothing_to_ask_is_told(context: Any) -> None:
    with pytest.raises(DataError, match="no test examples to ask"):
        Speed(SpeedConfig()).items(EvaluationData((), ()), context)


def test_a_real_model_writes_what_is_asked_for_and_no_less(measured: Any) -> None:
    context, found = measured
    ref = tiny_model()
    model = TransformersModel(load(ref, device="cpu"), "base", ref.template)
    made = Speed(SpeedConfig(limit=3, repeats=2, new_tokens=8, batch_size=2))
    items = items_of(made, context)
    scores = list(made.score(model, items, context))
    once = model.timed(items, 8, 2)
    assert once.answer_tokens == 3 * 7
    assert once.prompt_tokens == sum(score.value for score in scores if score.value)
    assert once.batches == 2
    for name in ("prompt_tokens_per_second", "answer_tokens_per_second", "seconds_to_first_token"):
        assert found[f"{name}_lowest"] <= found[name] <= found[f"{name}_highest"]
        assert found[name] > 0
    assert {score.metric for score in scores} == {METRIC}


@pytest.mark.slow
def test_speed_is_in_the_report_and_in_no_comparison(tmp_path: Path) -> None:
    from byeori.cli.main import run

    rows = [
        {"text": f"Town {n} was founded in {1000 + n}.", "name": f"Town {n}"} for n in range(30)
    ]
    (tmp_path / "towns.jsonl").write_text("\n".join(map(json.dumps, rows)))
    recipe = {
        "name": "quick",
        "base_model": {"path": "builtin:tiny"},
        "seed": 1,
        "documents": [{"use": "jsonl", "path": "towns.jsonl"}],
        "examples": [
            {
                "use": "templates",
                "templates": [{"instruction": "{{ name }}?", "output": "{{ text }}"}],
            }
        ],
        "tuning": [{"id": "ia3", "use": "ia3", "max_steps": 1, "batch_size": 4}],
        "evaluators": [
            {"use": "perplexity"},
            {"use": "speed", "limit": 2, "repeats": 1, "new_tokens": 4},
        ],
    }
    (tmp_path / "recipe.yaml").write_text(json.dumps(recipe))
    assert run(["run", str(tmp_path / "recipe.yaml"), "--workspace", str(tmp_path / "ws")]) == 0
    folder = tmp_path / "ws" / "runs" / "quick"
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    assert {c["evaluator"] for c in report["comparisons"]} == {"perplexity"}
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "no results: nothing here is tested" in page
    assert "answer speed over base" in page
