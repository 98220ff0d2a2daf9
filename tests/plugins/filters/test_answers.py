import json
from pathlib import Path
from typing import Any

import pytest

from byeori import DataError, Example
from byeori.bulk import with_id
from byeori.testing.server import Body, OpenAIServer
from byeori_plugins.filters.balance import Balance
from byeori_plugins.filters.format import Format
from byeori_plugins.filters.quality import Quality
from byeori_plugins.filters.refusals import Refusals
from byeori_plugins.text.choices import listed_choices, named_choice

DATA = Path(__file__).parents[4] / "shared" / "data"
real = pytest.mark.skipif(not DATA.is_dir(), reason="the real data is not in ../shared/data")


def answers(*outputs: str, instruction: str = "?", **fields: Any) -> list[Example]:
    return [
        with_id(Example(instruction=instruction, output=output, metadata={"n": n}, **fields))
        for n, output in enumerate(outputs)
    ]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("I'm sorry, but I can't help with that.", "refusal"),
        ("I cannot assist with this request.", "refusal"),
        ("Unfortunately, I do not have access to the file.", "refusal"),
        ("죄송하지만 해당 정보를 제공해 드릴 수 없습니다.", "refusal"),
        ("죄송합니다. 잘 모르겠습니다.", "refusal"),
        ("안녕하세요! 죄송하지만 답변드릴 수 없습니다.", "refusal"),
        ("As an AI language model, I have no opinions.", "about-itself"),
        ("저는 인공지능 언어 모델이라서 감정이 없습니다.", "about-itself"),
        ("AI 언어 모델로서 답변드립니다.", "about-itself"),
        ("Dear [Your Name], thank you.", "placeholder"),
        ("Lorem ipsum dolor sit amet.", "placeholder"),
        ("Please provide the text so that I can summarise it.", "talk-about-the-task"),
        ("본문이 제공되지 않았습니다.", "talk-about-the-task"),
    ],
)
def test_answers_that_answer_nothing_are_dropped_by_kind(sift: Any, answer: str, kind: str) -> None:
    kept, context = sift(Refusals, answers(answer))
    assert kept == []
    assert context.rejects[0].reason == f"answers nothing: {kind}"
    others = [name for name in ("refusal", "about-itself", "placeholder") if name != kind]
    if kind in ("placeholder", "talk-about-the-task"):
        assert len(sift(Refusals, answers(answer), kinds=others)[0]) == 1


@pytest.mark.parametrize(
    "answer",
    [
        "The pump cannot run dry, because its bearings are cooled by the liquid.",
        "Sorry is a hard word to say.",
        "Artificial intelligence is the study of agents that perceive and act.",
        "이 물질은 물에 녹을 수 없습니다.",
        "미안하다는 말은 사과의 뜻이다.",
        "인공지능은 1956년에 이름을 얻었다.",
        "N/A",
        "Provide the operator with a checklist before the launch.",
    ],
)
def test_answers_that_speak_of_such_things_stay(sift: Any, answer: str) -> None:
    assert len(sift(Refusals, answers(answer))[0]) == 1


def test_the_recipes_own_patterns_count_too(sift: Any) -> None:
    rows = answers("No comment.", "It says: see above.")
    kept, context = sift(Refusals, rows, openings=["no comment"], phrases=["see above"])
    assert kept == []
    assert {r.reason for r in context.rejects} == {"answers nothing: the recipe's own patterns"}
    with pytest.raises(ValueError, match="no regular expression"):
        Refusals.config_model(phrases=["("])


@real
def test_answers_that_people_wrote_are_hardly_ever_taken_for_refusals(sift: Any) -> None:
    lines = (DATA / "self_instruct" / "seed_tasks.jsonl").read_text(encoding="utf-8").splitlines()
    outputs = [i["output"] for line in lines for i in json.loads(line)["instances"] if i["output"]]
    kept, context = sift(Refusals, answers(*outputs))
    assert len(context.rejects) <= 2
    assert len(kept) + len(context.rejects) == len(outputs)


def test_choices_are_read_from_lines_and_from_one_line() -> None:
    lines = "Which metal?\nA. iron\nB) zinc metal\n(C) gold"
    assert listed_choices(lines) == {"A": "iron", "B": "zinc metal", "C": "gold"}
    assert listed_choices("고르시오. ① 철 ② 아연 도금 ③ 금") == {
        "①": "철",
        "②": "아연 도금",
        "③": "금",
    }
    assert listed_choices("What is iron?") == {}
    assert listed_choices("A. A question with one mark") == {}


def test_an_answer_names_a_choice_by_its_mark_or_its_text() -> None:
    choices = {"A": "iron", "B": "zinc metal"}
    for answer in ("B", "b.", "(B) zinc metal", "The answer is B: zinc.", "정답: B", "Zinc metal."):
        assert named_choice(answer, choices) == "B"
    for answer in ("C", "Because it shines", "", "Brass"):
        assert named_choice(answer, choices) is None
    assert named_choice("정답은 ②입니다.", {"①": "철", "②": "금"}) == "②"


def test_answers_must_be_json_of_the_schema(sift: Any, tmp_path: Path) -> None:
    schema = {"type": "object", "required": ["Q1"], "properties": {"Q1": {"type": "string"}}}
    (tmp_path / "schema.json").write_text(json.dumps(schema))
    rows = answers('{"Q1": "a"}', '{"Q1": 1}', "{Q1}", '```json\n{"Q1": "a"}\n```', "NaN")
    kept, context = sift(Format, rows, json_schema="schema.json")
    assert kept == rows[:1]
    reasons = [reject.reason for reject in context.rejects]
    assert reasons == ["the answer does not meet its JSON Schema", *["the answer is not JSON"] * 3]
    assert context.rejects[0].text.startswith("$.Q1 1 is not of type 'string'")
    assert len(sift(Format, rows, is_json=True)[0]) == 2


def test_only_the_tasks_named_are_checked(sift: Any) -> None:
    rows = [*answers("no", task="a"), *answers("no", task="b")]
    kept, _ = sift(Format, rows, task="a", is_json=True)
    assert kept == rows[1:]


def test_answers_must_be_choices(sift: Any) -> None:
    assert len(sift(Format, answers("yes", " no ", "maybe"), choices=["yes", "no"])[0]) == 2
    rows = answers("A", "D", "iron", instruction="Which?\nA. iron\nB. zinc")
    rows += answers("A", instruction="Which one?")
    kept, context = sift(Format, rows, listed_choice=True)
    assert kept == [rows[0], rows[2]]
    assert [reject.reason for reject in context.rejects] == [
        "the answer names none of its question's choices",
        "the question lists no choices",
    ]


def test_values_must_have_units_of_their_kind(sift: Any) -> None:
    units = {"conductivity": "S/cm", "uptake": "%"}
    rows = answers(
        '{"a": [{"conductivity": "12.5 mS cm−1", "uptake": "-"}]}',
        '{"conductivity": ["1 S/m", "N/A", null]}',
        '{"conductivity": "12 mW/cm2"}',
        '{"conductivity": "high"}',
        '{"uptake": "20-30 wt%"}',
    )
    kept, context = sift(Format, rows, units=units)
    assert kept == [rows[0], rows[1], rows[4]]
    assert [reject.reason for reject in context.rejects] == [
        "a value has a unit of another kind",
        "a value is no number with a unit",
    ]


def test_a_format_that_checks_nothing_or_cannot_be_checked_is_refused(
    sift: Any, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match="nothing is checked"):
        Format.config_model(task="a")
    with pytest.raises(ValueError, match=r"units\.a: 'furlongs' is no unit|units\.a"):
        Format.config_model(units={"a": "blargs"})
    (tmp_path / "s.json").write_text('{"type": "thing"}')
    with pytest.raises(DataError, match="not a JSON Schema"):
        sift(Format, answers("{}"), json_schema="s.json")
    with pytest.raises(DataError, match="names a file"):
        sift(Format, answers("{}"), json_schema="missing.json")


def judge(body: Body) -> str:
    """Scores an answer by its length."""
    answer = body["messages"][-1]["content"].partition("# Answer\n\n")[2].split("\n")[0]
    return json.dumps({"reason": "so long", "score": min(5, len(answer))})


def test_a_model_scores_examples_and_the_low_ones_are_dropped(sift: Any) -> None:
    rows = answers("aaaaa", "aa", "aaaa")
    with OpenAIServer(judge) as server:
        model = {"name": "judge", "base_url": server.base_url}
        kept, context = sift(Quality, rows, model=model)
        prompt = server.bodies[0]["messages"][-1]["content"]
    assert [(row.id, row.metadata["quality"]) for row in kept] == [(rows[0].id, 5), (rows[2].id, 4)]
    assert all(len(row.metadata["quality_answer"]) > 8 for row in kept)
    (reject,) = context.rejects
    assert (reject.where, reject.reason, reject.text) == (
        rows[1].id, "quality below 4 of 5", "2: so long"
    )  # fmt: skip
    assert context.counted == {"scored 5": 1, "scored 2": 1, "scored 4": 1}
    assert "5: the question makes sense by itself" in prompt


def test_a_score_outside_the_scale_is_no_judgement(sift: Any) -> None:
    def strict(body: Body) -> str:
        return judge(body) if "bbbbb" in str(body["messages"]) else '{"reason": "", "score": 9}'

    rows = answers("aaaaa", "bbbbb", "bbbbb")
    with OpenAIServer(strict) as server:
        model = {"name": "judge", "base_url": server.base_url, "max_failures": 1}
        kept, context = sift(Quality, rows, model=model)
    assert [row.id for row in kept] == [rows[1].id, rows[2].id]
    assert [reject.where for reject in context.rejects] == [rows[0].id]
    with pytest.raises(ValueError, match="must lie between"):
        Quality.config_model(min_score=7, model={"name": "a", "base_url": "http://a/v1"})


def grouped(**counts: int) -> list[Example]:
    return [
        with_id(Example(instruction=f"{task} {n}", output="a", task=task, metadata={"d": n % 2}))
        for n in range(max(counts.values()))
        for task, number in counts.items()
        if n < number
    ]


def test_groups_are_cut_to_the_smallest_by_the_seed_and_stay_in_order(sift: Any) -> None:
    rows = grouped(a=9, b=4, c=6)
    kept, context = sift(Balance, rows, by=["task"], seed=1)
    assert [sum(row.task == task for row in kept) for task in "abc"] == [4, 4, 4]
    assert [row for row in rows if row in kept] == kept
    assert context.rejects[0].reason in ("over 4 of a", "over 4 of c")
    assert sift(Balance, rows, by=["task"], seed=1)[0] == kept
    assert sift(Balance, rows, by=["task"], seed=2)[0] != kept


def test_counts_are_exact_or_the_run_stops(sift: Any) -> None:
    rows = grouped(a=9, b=4, c=6)
    kept, _ = sift(Balance, rows, by=["task"], counts={"a": 5, "b": 2})
    assert [sum(row.task == task for row in kept) for task in "abc"] == [5, 2, 0]
    with pytest.raises(DataError, match=r"5 examples of b are asked for, and there are 4"):
        sift(Balance, rows, by=["task"], counts={"a": 5, "b": 5})
    assert len(sift(Balance, rows, by=["task"], each=5, short="keep")[0]) == 14
    assert len(sift(Balance, rows, by=["task"], each=5, short="drop")[0]) == 10
    assert len(sift(Balance, rows, by=["task", "metadata.d"], each=2)[0]) == 12


def test_settings_that_contradict_each_other_are_refused() -> None:
    for settings, message in (
        ({"by": ["colour"]}, "'colour' is none of language, task, generator"),
        ({"by": ["task", "language"], "counts": {"a": 1}}, "`counts` goes with a single `by`"),
        ({"by": ["task"], "counts": {"a": -1}}, "less than nothing"),
    ):
        with pytest.raises(ValueError, match=message):
            Balance.config_model(**settings)
