"""The evaluators on the model that comes with byeori."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from byeori import Context, EvaluationData
from byeori.models import TransformersModel, base_reference, builtin_bases, load
from byeori_plugins.evaluators import GeneratedAnswers, MultipleChoice
from byeori_plugins.evaluators.generated_answers import GeneratedAnswersConfig
from byeori_plugins.evaluators.multiple_choice import MultipleChoiceConfig
from byeori_plugins.prompts import ALPACA_KO

NO_DATA = EvaluationData((), ())


@pytest.fixture(scope="module")
def tiny() -> TransformersModel:
    if "tiny" not in builtin_bases():
        pytest.skip("builtin:tiny has not been built")
    ref = base_reference("builtin:tiny", None, None, ALPACA_KO)
    return TransformersModel(load(ref, device="cpu"), "base", ref.template)


@pytest.mark.parametrize("scoring", ["text", "letters"])
def test_the_tiny_model_takes_a_real_exam_twice_with_the_same_result(
    tiny: TransformersModel,
    shared_data: Callable[..., Path],
    with_ids: Any,
    context: Context,
    scoring: Any,
) -> None:
    path = shared_data("korean_chem_exam", "exam.jsonl")
    exam = MultipleChoice(MultipleChoiceConfig(path=path, limit=12, scoring=scoring))
    items = with_ids(exam.items(NO_DATA, context))
    first = list(exam.score(tiny, items, context))
    assert first == list(exam.score(tiny, items, context))
    assert [score.item_id for score in first] == [item.id for item in items]
    assert sum(score.value in (0.0, 1.0) for score in first) >= 10
    assert 0 <= exam.summarise(first)["macro_f1"] <= 1


def test_the_tiny_model_answers_the_same_twice(
    tiny: TransformersModel, tmp_path: Path, with_ids: Any, context: Context
) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_text(
        '{"instruction": "산소의 원소 기호는 무엇인가요?", "output": "O"}\n'
        '{"instruction": "What is the symbol of iron?", "output": "Fe"}\n'
    )
    made = GeneratedAnswers(GeneratedAnswersConfig(path=path, max_new_tokens=8))
    items = with_ids(made.items(NO_DATA, context))
    scores = list(made.score(tiny, items, context))
    assert scores == list(made.score(tiny, items, context))
    assert len(scores) == 2 * 3
