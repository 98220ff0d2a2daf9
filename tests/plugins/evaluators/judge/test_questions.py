"""What is asked: test examples, published files, conversations that the model leads itself."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from byeori import Context, DataError, EvaluationData, Example
from byeori.bulk import with_id
from byeori_plugins.evaluators.judge import Judge, JudgeConfig

MODEL = {"name": "m", "base_url": "http://127.0.0.1:1/v1"}
NO_DATA = EvaluationData((), ())


def judge(rubric: str, **settings: Any) -> Judge:
    return Judge(JudgeConfig.model_validate({"rubric": rubric, "model": MODEL, **settings}))


def test_test_examples_are_asked_with_their_outputs_as_references(context: Context) -> None:
    examples = [Example(instruction=f"{n}?", output=f" {n} ", document_id="d") for n in range(3)]
    items = list(judge("nasa/closest-answer").items(EvaluationData(examples, ()), context))
    assert [(i.instruction, i.reference, i.document_id) for i in items] == [
        (f"{n}?", str(n), "d") for n in range(3)
    ]


def test_an_item_without_the_reference_a_rubric_needs_stops_the_run(
    context: Context, tmp_path: Path
) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_text('{"instruction": "Why?", "input": "", "output": ""}\n')
    with pytest.raises(DataError, match=r"compares with a reference answer, and 'Why\?' has none"):
        list(judge("nasa/closest-answer", path=path).items(NO_DATA, context))
    assert len(list(judge("pairwise", path=path).items(NO_DATA, context))) == 1


def test_kullms_252_tasks_are_read_as_they_were_published(
    shared_data: Callable[..., Path], context: Context
) -> None:
    path = shared_data("kullm", "user_oriented_instructions_eval.jsonl")
    items = list(judge("kullm", path=path, language="ko").items(NO_DATA, context))
    assert len(items) == 252
    assert items[0].instruction.startswith("주어진 문장이 너무 장황하거나")
    assert items[0].input.startswith("제 요금에 대해")
    assert {item.language for item in items} == {"ko"}


def test_mt_benchs_second_turns_follow_the_models_own_first_answers(
    shared_data: Callable[..., Path], context: Context, known_model: Any
) -> None:
    evaluator = judge(
        "rating",
        path=shared_data("mt_bench", "mt_bench_question.jsonl"),
        reference_answers=shared_data("mt_bench", "mt_bench_reference_gpt-4.jsonl"),
    )
    items = [with_id(item) for item in evaluator.items(NO_DATA, context)]
    assert len(items) == 160
    assert len({item.document_id for item in items}) == 80
    assert sum(bool(item.reference) for item in items) == 60
    model = known_model(lambda p, t: 0.0, lambda p: f"{len(p.history)}: {p.instruction[:20]}")
    answers = list(evaluator.answers(model, items, context))
    first, second = items[:2]
    assert second.metadata["earlier_questions"] == [first.instruction]
    assert [a.item_id for a in answers] == [item.id for item in items]
    assert answers[0].text == f"0: {first.instruction[:20]}"
    assert answers[1].text == f"2: {second.instruction[:20]}"
    assert answers[1].metadata == {"earlier_answers": [answers[0].text]}
    asked = next(p for p in model.prompts if p.instruction == second.instruction)
    assert [(t.role, t.content) for t in asked.history] == [
        ("user", first.instruction), ("assistant", answers[0].text),
    ]  # fmt: skip


def test_a_judge_of_a_second_turn_sees_the_whole_conversation(bench: Any) -> None:
    from byeori import Answer, Answered, Item

    bench.server.reply = lambda body: "[[5]]"
    item = with_id(Item(instruction="And then?", metadata={"earlier_questions": ["First?"]}))
    answer = Answer(item_id=item.id, text="That.", metadata={"earlier_answers": ["This."]})
    evaluator = Judge(JudgeConfig.model_validate({"rubric": "rating", "model": bench.model}))
    context = Context("scores", 1, bench.folder, bench.folder)
    (score,) = evaluator.rate(Answered("a", "a", {"a": [answer]}), [item], context)
    assert score.value == 5.0
    prompt = bench.server.bodies[0]["messages"][0]["content"]
    assert "First?\n\nAnd then?" in prompt
    assert "> First?\n\nThis.\n\n> And then?\n\nThat." in prompt


def test_settings_of_a_file_without_a_file_are_refused() -> None:
    with pytest.raises(ValueError, match="`language` is about the file in `path`"):
        judge("pairwise", language="ko")
