import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from byeori import Context, DataError, Decoding, EvaluationData, Example, Turn
from byeori.bulk import with_id
from byeori_plugins.evaluators import EVALUATORS, GeneratedAnswers
from byeori_plugins.evaluators.generated_answers import GeneratedAnswersConfig
from byeori_plugins.evaluators.text_metrics import chrf

NO_DATA = EvaluationData((), ())


def evaluator(**settings: Any) -> GeneratedAnswers:
    return GeneratedAnswers(GeneratedAnswersConfig(**settings))


def examples(count: int) -> list[Example]:
    return [
        with_id(
            Example(
                instruction=f"Symbol of thing {n}?",
                input="context",
                system="Be brief.",
                history=(Turn("user", "hello"),),
                output=f" Th{n} \n",
                task="symbol",
                language="en",
                document_id=f"d{n}",
            )
        )
        for n in range(count)
    ]


def test_the_evaluators_are_registered_each_once() -> None:
    names = [made.name for made in EVALUATORS]
    assert {"multiple-choice", "generated-answers"} <= set(names)
    assert len(set(names)) == len(names)


def test_an_item_is_its_example_with_the_answer_as_reference(context: Context) -> None:
    rows = examples(3)
    items = list(evaluator().items(EvaluationData(rows, ()), context))
    for item, row in zip(items, rows, strict=True):
        for name in ("instruction", "input", "system", "history", "task", "language"):
            assert getattr(item, name) == getattr(row, name)
        assert (item.example_id, item.document_id) == (row.id, row.document_id)
        assert item.reference == row.output.strip()


def test_every_metric_is_a_score_of_its_own(
    known_model: Any, with_ids: Callable[..., Any], context: Context
) -> None:
    items = with_ids(evaluator().items(EvaluationData(examples(300), ()), context))
    known = known_model(lambda p, t: 0.0, lambda p: "Th7" if "7?" in p.instruction else "")
    metrics = ("chrf", "exact-match", "rouge-l", "token-f1")
    made = evaluator(metrics=metrics, max_new_tokens=5, num_beams=2, repetition_penalty=1.1)
    scores = list(made.score(known, items, context))
    assert [score.metric for score in scores] == list(metrics) * 300
    assert [score.item_id for score in scores[::4]] == [item.id for item in items]
    right = [score for score in scores if score.item_id == items[7].id]
    assert [score.value for score in right] == [pytest.approx(100.0), 1.0, 1.0, 1.0]
    partly = [score for score in scores if score.item_id == items[17].id]
    assert partly[0].value == chrf("Th7", "Th17") > 0
    assert {(score.prediction, score.reference) for score in partly} == {("Th7", "Th17")}
    # An empty answer is an answer, and wrong.
    assert {score.value for score in scores if score.item_id == items[0].id} == {0.0}
    decoding = Decoding(
        max_new_tokens=5, num_beams=2, repetition_penalty=1.1, sampling_seed=context.seed
    )
    assert set(map(repr, known.decodings)) == {repr(decoding)}
    assert known.prompts == items


def test_a_limit_draws_by_the_seed(make_context: Callable[..., Context]) -> None:
    data = EvaluationData(examples(100), ())
    some = list(evaluator(limit=10).items(data, make_context()))
    assert len(some) == 10
    assert some == list(evaluator(limit=10).items(data, make_context()))
    assert some != list(evaluator(limit=10).items(data, make_context(1)))
    numbers = [int(item.document_id[1:]) for item in some]
    assert numbers == sorted(numbers)
    assert max(numbers) > 20


def test_a_file_of_questions_is_asked(tmp_path: Path, make_context: Callable[..., Any]) -> None:
    path = tmp_path / "questions.jsonl"
    rows = [
        {"instruction": "Q1?", "output": "a", "language": "ko", "task": "x", "system": "s"},
        {"instruction": "Q2?", "input": "given", "output": 42, "id": "ignored"},
        {"instruction": "Q1?", "output": "a"},
    ]
    path.write_text("\n".join(map(json.dumps, rows)))
    context = make_context()
    first, second = evaluator(path=path).items(NO_DATA, context)
    assert (first.language, first.task, first.system) == ("ko", "x", "s")
    assert (second.input, second.reference, second.task) == ("given", "42", "questions")
    assert second.metadata == {"origin": "questions.jsonl:2"}
    assert [reject.where for reject in context.rejects] == ["questions.jsonl:3"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{}", ":1: `instruction` is missing"),
        ('{"instructions": "Q?"}', r":1: `instruction` is missing; did you mean 'instructions'\?"),
        ('{"instruction": "Q?", "output": ""}', ":1: `output` is empty"),
        ('{"instruction": "Q?", "output": "a"}\nx\n', ":2: not JSON"),
        ('{"instruction": "Q?", "output": "a", "Output": "b"}', ":1: `output` and `Output` are"),
        ('{"instruction": {}, "output": "a"}', r":1: `instruction` must be text, found dict"),
        ("", "the file is empty"),
    ],
)
def test_a_wrong_file_is_told_with_line_and_field(
    tmp_path: Path, context: Context, text: str, message: str
) -> None:
    path = tmp_path / "q.jsonl"
    path.write_text(text)
    with pytest.raises(
        DataError, match=r"q\.jsonl" + ("" if message[0] == ":" else ".*") + message
    ):
        list(evaluator(path=path).items(NO_DATA, context))


@pytest.mark.parametrize(
    "settings",
    [
        {"metrics": ()},
        {"metrics": ("meteor",)},
        {"metrics": ("instructions",)},
        {"metrics": ("chrf", "chrf")},
        {"limit": 0},
        {"limit": -1},
    ],
)
def test_impossible_metrics_and_limits_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        evaluator(**settings)


def test_registering_the_evaluators_imports_nothing_heavy() -> None:
    import subprocess
    import sys

    heavy = ["torch", "transformers", "datasets", "sacrebleu", "rapidfuzz", "pyarrow", "numpy"]
    code = f"import sys, byeori_plugins.evaluators; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_file_of_ifeval_is_read_with_its_instructions(
    tmp_path: Path, with_ids: Callable[..., Any], known_model: Any, make_context: Callable[..., Any]
) -> None:
    path = tmp_path / "ifeval.jsonl"
    row = {
        "key": 1000,
        "prompt": "Write without commas, and end with 끝.",
        "instruction_id_list": ["punctuation:no_comma", "startend:end_checker"],
        "kwargs": [{"num_words": None}, {"end_phrase": "끝", "num_words": None}],
    }
    path.write_text(json.dumps(row))
    made = evaluator(path=path, metrics=("instructions", "answer-language"))
    items = with_ids(list(made.items(NO_DATA, make_context())))
    assert items[0].metadata["instructions"][1] == {
        "id": "startend:end_checker",
        "arguments": {"end_phrase": "끝"},
    }
    known = known_model(lambda p, t: 0.0, lambda p: "It is a liquid at room temperature. 끝")
    scores = list(made.score(known, items, make_context()))
    assert [score.value for score in scores] == [1.0, 1.0]
    assert made.summarise(scores) == {"instruction_level_strict": 1.0}


@pytest.mark.parametrize(
    ("row", "metrics", "message"),
    [
        ({"instruction_id_list": ["a:b"]}, ["instructions"], "no instruction is called 'a:b'"),
        ({"instruction_id_list": ["a:b"], "kwargs": []}, ["instructions"], "`kwargs` has 0"),
        ({"instruction_id_list": "a:b"}, ["instructions"], "must be lists"),
        ({"output": "a"}, ["instructions"], "`instruction_id_list` is missing"),
        ({"json_schema": {"type": 3}}, ["json-schema"], "`json_schema` is no JSON Schema"),
        ({"json_schema": {}}, ["json-schema", "chrf"], "`output` is missing, the right answer"),
        ({"output": []}, ["chrf"], "`output` must be a text or a list of texts"),
        ({"output": ["a", 5]}, ["chrf"], "`output` must be a text or a list of texts"),
    ],
)
def test_a_row_that_cannot_be_measured_is_told(
    tmp_path: Path, context: Context, row: dict[str, Any], metrics: list[str], message: str
) -> None:
    path = tmp_path / "q.jsonl"
    path.write_text(json.dumps({"instruction": "Q?", **row}))
    with pytest.raises(DataError, match=r"q\.jsonl:1: .*" + message):
        list(evaluator(path=path, metrics=metrics).items(NO_DATA, context))


def test_several_right_answers_and_tasks_are_taken(tmp_path: Path, context: Context) -> None:
    path = tmp_path / "q.jsonl"
    rows = [
        {"instruction": "Q1?", "output": ["a", "b "], "task": "x"},
        {"instruction": "Q2?", "output": "c", "task": "y"},
    ]
    path.write_text("\n".join(map(json.dumps, rows)))
    (item,) = evaluator(path=path, task="x").items(NO_DATA, context)
    assert (item.reference, item.metadata["references"]) == ("a", ["a", "b"])
    data = EvaluationData(examples(3), ())
    assert len(list(evaluator(task=("symbol", "other")).items(data, context))) == 3
    assert list(evaluator(task="other").items(data, context)) == []
