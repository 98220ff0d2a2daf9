"""`chemistry/exam` and `chemistry/exam-answers`: F1 by difficulty."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from sklearn.metrics import f1_score

from byeori import DataError, EvaluationData, Item, LogLikelihood, Score
from byeori_chemistry.exams import Exam, ExamAnswers, chosen_place
from byeori_chemistry.figures import Answered, exam_figures

QUESTION = {"options": ["철", "구리", "금"], "answer": 0}
ROWS = [
    {"question": "Fe?", "subject": "가스기사", **QUESTION},
    {"question": "Cu?", "subject": "화공기사", **QUESTION, "answer": 1},
    {"question": "Au?", "subject": "위험물기능사", **QUESTION, "answer": 2},
    {"question": "강철의 주성분은?", "subject": "화공기사", **QUESTION},
]
LEVELS = {"college": ["가스기사", "화공기사"], "high school": ["위험물기능사"]}


class Certain:
    """Answers by likelihood: takes the choice that its table names for the question."""

    name = "certain"

    def __init__(self, taken):
        self.taken = taken

    def log_likelihoods(self, prompts, continuations):
        for prompt, texts in zip(prompts, continuations, strict=True):
            wanted = next(v for k, v in self.taken.items() if k in str(prompt))
            yield [LogLikelihood(-1.0 if wanted in text else -2.0, 1) for text in texts]


@pytest.fixture
def exam(tmp_path):
    path = tmp_path / "exam.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in ROWS), encoding="utf-8")
    return {"path": path, "levels": LEVELS}


def items_of(cls, settings, context):
    evaluator = cls(cls.config_model.model_validate(settings))
    made = list(evaluator.items(EvaluationData((), ()), context))
    return evaluator, [replace(item, id=str(n)) for n, item in enumerate(made)]


def test_thirty_examinations_are_sorted_into_levels(exam, context) -> None:
    _, items = items_of(Exam, exam, context)
    assert [item.task for item in items] == ["college", "college", "high school", "college"]


def test_a_subject_of_no_level_stands_for_itself(exam, context) -> None:
    _, items = items_of(Exam, {**exam, "levels": {"college": ["가스기사"]}}, context)
    assert {item.task for item in items} == {"college", "화공기사", "위험물기능사"}


@pytest.mark.parametrize("cls", [Exam, ExamAnswers])
def test_a_subject_that_does_not_occur_is_named(exam, context, cls) -> None:
    settings = {**exam, "levels": {"college": ["가스 기사"]}}
    with pytest.raises(DataError, match=r"no subject '가스 기사'; it has '가스기사'"):
        items_of(cls, settings, context)


def test_a_subject_has_one_level() -> None:
    with pytest.raises(ValidationError, match="화공기사 stands at two levels"):
        Exam.config_model.model_validate({"levels": {"a": ["화공기사"], "b": ["화공기사"]}})


def test_figures_are_by_level(exam, context) -> None:
    evaluator, items = items_of(Exam, exam, context)
    taken = {"Fe?": "철", "Cu?": "구리", "Au?": "철", "강철": "구리"}
    figures = evaluator.summarise(list(evaluator.score(Certain(taken), items, context)))
    assert figures["micro_f1 college"] == pytest.approx(2 / 3)
    assert figures["micro_f1 high school"] == 0
    assert figures["micro_f1"] == 0.5
    assert figures["mean_of_levels"] == pytest.approx(1 / 3)


ONE_LEVEL = st.tuples(st.integers(0, 4), st.integers(0, 4))


@given(st.lists(ONE_LEVEL, min_size=1, max_size=40))
def test_f1_is_scikit_learns(pairs) -> None:
    figures = exam_figures([Answered("", right, chosen) for right, chosen in pairs])
    right, chosen = zip(*pairs, strict=True)
    for average in ("micro", "macro"):
        theirs = f1_score(right, chosen, average=average, zero_division=0)
        assert figures[f"{average}_f1"] == pytest.approx(theirs)


def test_micro_f1_is_accuracy_where_every_question_is_answered() -> None:
    """The paper's 0.4286 on 203 questions is 87 right ones."""
    answers = [Answered("", 0, 0)] * 87 + [Answered("", 0, 1)] * 116
    assert round(exam_figures(answers)["micro_f1"], 4) == 0.4286


def test_no_answer_misses_a_question_and_claims_no_other() -> None:
    answers = [Answered("", 0, 0), Answered("", 1, None)]
    assert exam_figures(answers)["micro_f1"] == pytest.approx(2 / 3)  # precision 1, recall 1/2
    assert exam_figures([None]) == {}


@pytest.mark.parametrize(
    ("answer", "place"),
    [
        ("{'Answer': '② 0.01', 'Explanation': '1 poise = 0.1 kg/ms'}", 1),
        ('{"Answer": "③"}', 2),
        ("{'Answer': '0.001', 'Explanation': ''}", 0),
        ("{'Answer': '②0.01'}", 1),
        ("② 0.01", 1),
        ("0.1", 2),
        ("{'Explanation': '②'}", None),
        ("{'Answer': 5}", None),
        ("", None),
        ("모르겠습니다", None),
    ],
)
def test_the_choice_that_an_answer_names_is_found(answer, place) -> None:
    assert chosen_place(answer, ["0.001", "0.01", "0.1"], "Answer") == place


class Saying:
    name = "saying"

    def __init__(self, answers):
        self.answers = answers

    def generate(self, prompts, decoding):
        return self.answers[: len(prompts)]


def test_what_is_written_is_read_as_the_papers_table_5(exam, context) -> None:
    evaluator, items = items_of(ExamAnswers, {**exam, "shuffle": False, "language": "ko"}, context)
    assert items[0].input == "Fe? 보기: ①철 ②구리 ③금"
    assert items[0].instruction == (
        "문제 질문에 해당하는 답을 질문의 “보기”에서 찾고 정답과 해설을 {'Answer': your answer, "
        "'Explanation': your answer} 형태로 출력하시오."
    )
    said = ["{'Answer': '① 철'}", "{'Answer': '구리'}", "금입니다", "{'Answer': '②'}"]
    scores = list(evaluator.score(Saying(said), items, context))
    assert [score.value for score in scores] == [1, 1, 0, 0]
    figures = evaluator.summarise(scores)
    assert figures["named_a_choice"] == 0.75
    assert figures["micro_f1 college"] == pytest.approx(2 / 3)


def test_english_exams_are_asked_in_english(exam, context) -> None:
    _, items = items_of(ExamAnswers, {**exam, "shuffle": False, "language": "en"}, context)
    assert items[0].input == "Fe? Choices: ①철 ②구리 ③금"
    assert items[0].instruction.startswith("Find the answer")


def test_mmlu_and_the_korean_exam_are_read(context, shared_data) -> None:
    mmlu = shared_data("mmlu", "high_school_chemistry_test.csv")
    _, items = items_of(Exam, {"path": mmlu, "scoring": "letters"}, context)
    assert len(items) == 204  # one more than the 203 that the paper's figures are made of
    korean = shared_data("korean_chem_exam", "exam.jsonl")
    for cls in (Exam, ExamAnswers):
        _, items = items_of(cls, {"path": korean, "language": "ko"}, context)
        assert len(items) > 95 and all(len(item.choices) == 4 for item in items)


def test_an_item_without_a_right_choice_is_not_scored(context) -> None:
    evaluator = ExamAnswers(ExamAnswers.config_model.model_validate({"path": "exam.jsonl"}))
    item = Item(instruction="?", choices=("a", "b"), id="1")
    (score,) = evaluator.score(Saying(["a"]), [item], context)
    assert isinstance(score, Score) and score.value is None
