import json

import pytest

from byeori import Answer, Answered, Context, DataError, Document, EvaluationData, Example
from byeori.bulk import with_id
from byeori.testing.server import OpenAIServer
from byeori_nasa.closest import ClosestAnswer
from byeori_nasa.matching import Records

RECORDS = [
    with_id(Document(title=title, text=text, metadata={"abstract": text}, language="en"))
    for title, text in (
        (
            "Deployable Radiators for CubeSats",
            "Rocco proposes a high-strain radiator. It rejects over 50 W. The firm is small.",
        ),
        (
            "Stand-off LIDAR",
            "Crews fear leaks. The LIDAR system detects chemical layers one molecule thick. It "
            "works in vacuum. Its range is 30 m.",
        ),
        (
            "Oxygen from Mars",
            "A plasma technique extracts oxygen from the atmosphere of Mars. Mass is compared.",
        ),
    )
]
EXAMPLES = [
    with_id(
        Example(
            instruction="You are an expert.",
            input=f"What is project {n}?",
            output=f"Project {n}.",
            document_id=RECORDS[n % 3].id,
        )
    )
    for n in range(30)
]
DATA = EvaluationData(EXAMPLES, RECORDS)
MODEL = {"name": "gpt-4", "base_url": "http://127.0.0.1:9/v1"}


def evaluator(**settings):
    settings = {"model": MODEL, **settings}
    return ClosestAnswer(ClosestAnswer.config_model.model_validate(settings))


@pytest.fixture
def asked(tmp_path):
    """A file of questions without answers."""

    def asked_(*questions):
        path = tmp_path / "questions.jsonl"
        rows = [
            {"instruction": "You are an expert.", "input": one, "output": ""} for one in questions
        ]
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        return path

    return asked_


def test_ten_questions_are_drawn_from_outside_the_training_data_by_the_seed(context):
    items = list(evaluator().items(DATA, context))
    assert len(items) == 10
    assert {item.input for item in items} < {example.input for example in EXAMPLES}
    assert all(item.reference == f"Project {item.input[16:-1]}." for item in items)
    assert list(evaluator().items(DATA, context)) == items
    assert len(list(evaluator(limit=None).items(DATA, context))) == 30


def test_a_question_without_an_answer_is_matched_with_the_record_that_has_its_words(
    context, asked, rejects
):
    path = asked(
        "What is the chemical detection capability of the LIDAR system?",
        "How does the plasma technique extract oxygen from the atmosphere of Mars?",
    )
    first, second = evaluator(path=path, sentences=1).items(DATA, context)
    assert first.reference == "The LIDAR system detects chemical layers one molecule thick."
    assert first.metadata["matched_record"] == RECORDS[1].id
    assert second.reference == ("A plasma technique extracts oxygen from the atmosphere of Mars.")
    assert not rejects


def test_a_question_that_no_record_answers_is_left_out_and_listed(context, asked, rejects):
    path = asked("What detects chemical layers in vacuum?", "Who won the football match?")
    (item,) = evaluator(path=path).items(DATA, context)
    assert "one molecule thick" in item.reference
    assert [r.reason for r in rejects] == ["no record matches the question"]


def test_questions_of_which_none_has_a_record_are_refused(context, asked):
    with pytest.raises(DataError, match="no question has a matched answer"):
        list(evaluator(path=asked("Who won the football match?")).items(DATA, context))


def test_sentences_of_a_matched_answer_stand_in_their_order():
    match = Records(RECORDS).best("Range of the LIDAR that detects layers in vacuum?", 3)
    assert match.answer == (
        "The LIDAR system detects chemical layers one molecule thick. It works in vacuum. Its "
        "range is 30 m."
    )
    assert Records(RECORDS).best("", 2) is None


def test_the_judge_picks_scores_and_says_why(context, tmp_path):
    def reply(body):
        prompt = body["messages"][-1]["content"]
        assert "Below is the matched answer deemed relatively accurate" in prompt
        tuned_first = prompt.index("tuned says") < prompt.index("base says")
        better, worse = ("answer_1", "answer_2") if tuned_first else ("answer_2", "answer_1")
        points = {better: {"match": 4}, worse: {"match": 2}}
        return json.dumps({"reason": "It names it.", **points, "closer": better})

    with OpenAIServer(reply) as server:
        judge = evaluator(model={"name": "gpt-4", "base_url": server.base_url}, limit=5)
        items = [with_id(item) for item in judge.items(DATA, context)]
        said = {
            name: [Answer(item_id=item.id, text=f"{name} says") for item in items]
            for name in ("base", "tuned")
        }
        rated = {
            name: list(
                judge.rate(
                    Answered(name, "base", {name: said[name], **said}),
                    items,
                    Context("scores", 42, tmp_path, tmp_path),
                )
            )
            for name in said
        }
    points = {
        name: {score.value for score in scores if score.metric == "match"}
        for name, scores in rated.items()
    }
    assert points == {"base": {2.0}, "tuned": {4.0}}
    assert {s.value for s in rated["tuned"] if s.metric == "closer"} == {1.0}
    titles = [table.title for table in judge.tables(rated, {item.id: item for item in items})]
    assert titles[0] == "match, 1 to 5: base and tuned"
