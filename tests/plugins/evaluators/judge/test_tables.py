"""The tables of the NASA paper, from judgements whose points are the paper's."""

import json

import pytest

from byeori import Item, PluginError, ResultTable
from byeori.bulk import with_id

from .conftest import shown

FM = (4, 1, 2, 1, 3, 2, 2, 2, 4, 1)
TUNED = (1, 2, 2, 2, 4, 4, 3, 3, 3, 2)
ANSWERS = {
    "base": [f"base {n}" for n in range(10)],
    "lora": [f"lora {n}" for n in range(10)],
}
ITEMS = [
    with_id(Item(instruction="You are an expert.", input=f"Question {n}?", reference=f"right {n}"))
    for n in range(10)
]


def point(text):
    model, number = text.split()
    return (FM if model == "base" else TUNED)[int(number)]


def closest(body):
    first, second = (point(shown(body, name)) for name in ("answer_1", "answer_2"))
    closer = "nothing" if first == second else "answer_1" if first > second else "answer_2"
    scores = {"answer_1": {"match": first}, "answer_2": {"match": second}, "closer": closer}
    return json.dumps({"reason": f"{first} and {second}.", **scores})


def tables(bench, rubric, **settings):
    scores = {
        name: bench.rate(rubric, model=name, answers=ANSWERS, items=ITEMS, **settings)
        for name in ("base", "lora")
    }
    made = bench.judge.tables(scores, {item.id: item for item in ITEMS})
    return {table.title: table for table in made}


def rows(table):
    return {row[0]: row[1:] for row in table.rows}


def test_points_with_reasons_and_the_papers_statistics_to_the_printed_digits(bench):
    bench.server.reply = closest
    made = tables(bench, "nasa/closest-answer", orders="one")
    points = made["match, 1 to 5: base and lora"]
    assert points.columns == ("Question", "base", "lora", "Why")
    assert [row[:3] for row in points.rows] == [
        (f"Question {n}?", a, b) for n, (a, b) in enumerate(zip(FM, TUNED, strict=True))
    ]
    assert all("(answer_1 is that of " in row[3] for row in points.rows)

    spread = rows(made["match: mean and spread"])
    assert spread["Mean"] == (2.2, 2.6)
    assert [round(x, 4) for x in spread["Standard error"]] == [0.3590, 0.3055]
    assert [round(x, 4) for x in spread["Standard deviation"]] == [1.1353, 0.9661]

    t = rows(made["match: paired t-test"])
    assert [round(x, 9) for x in t["Variance"]] == [1.288888889, 0.933333333]
    assert t["Observations"] == (10, 10)
    assert round(t["Pearson correlation"][0], 8) == 0.08104409
    assert t["Degrees of freedom"][0] == 9
    assert round(t["t"][0], 9) == -0.884651737
    assert round(t["p, one-tail"][0], 8) == 0.19968068
    assert round(t["t critical, one-tail"][0], 9) == 1.833112933
    assert round(t["p, two-tail"][0], 9) == 0.399361359
    assert round(t["t critical, two-tail"][0], 9) == 2.262157163
    assert t["Questions needed for this difference"][0] == 103

    f = rows(made["match: F-test of the variances"])
    assert f["Degrees of freedom"] == (9, 9)
    assert round(f["F"][0], 9) == 1.380952381
    assert round(f["p, one-tail"][0], 9) == 0.319200279
    assert round(f["F critical, one-tail"][0], 9) == 3.178893104


def test_the_same_points_in_both_orders_give_the_same_tables(bench):
    bench.server.reply = closest
    one = tables(bench, "nasa/closest-answer", orders="one")
    both = tables(bench, "nasa/closest-answer", orders="both")
    assert rows(one["match: paired t-test"]) == rows(both["match: paired t-test"])


def test_the_categories_say_how_often_each_model_is_more_specific_and_what_was_said(bench):
    def compare(body):
        names = ("answer_1", "answer_2")
        tuned = next(n for n in names if shown(body, n).startswith("lora"))
        number = int(shown(body, tuned).split()[1])
        base = next(n for n in names if n != tuned)
        said = {"both": "Both name it.", tuned: f"Detail {number}.", base: "Broad."}
        categories = {
            name: {**said, "choice": tuned if number < 6 else base if number < 8 else "similar"}
            for name in (
                "objectives",
                "importance",
                "information",
                "direction",
                "commercial-impact",
                "mission-contribution",
            )
        }
        return json.dumps({"reason": "so", **categories})

    bench.server.reply = compare
    (table,) = tables(bench, "nasa/similarities").values()
    assert [row[0] for row in table.rows] == [
        "Objectives and roles of the project",
        "Importance of the research",
        "Technical information, analysis and results",
        "Direction of research and development",
        "Commercial and industrial impact",
        "Contribution to NASA's missions",
    ]
    for row in table.rows:
        assert row[1:4] == (2, 2, 6)
        assert row[4:] == ("Both name it.", "Broad.", "Detail 0.\nDetail 1.\nDetail 2.")


def test_points_without_variation_give_a_note_instead_of_a_test(bench):
    def same(body):
        scores = {
            name: {"match": 4 if shown(body, name).startswith("lora") else 3}
            for name in ("answer_1", "answer_2")
        }
        return json.dumps({"reason": "so", **scores, "closer": "nothing"})

    bench.server.reply = same
    made = tables(bench, "nasa/closest-answer", orders="one")
    assert made["match: mean and spread"].rows[0] == ("Mean", 3, 4)
    for name in ("match: paired t-test", "match: F-test of the variances"):
        assert made[name].rows == ()
        assert made[name].note.startswith("Not defined: ")


def test_a_judge_of_single_answers_has_no_such_tables(bench):
    bench.server.reply = lambda body: json.dumps({"reason": "so", "quality": 7})
    assert tables(bench, "quality") == {}


@pytest.mark.parametrize(
    ("rows_", "wrong"), [((("a",),), "1 cells for 2"), ((("a", float("nan")),), "not finite")]
)
def test_a_table_that_cannot_be_shown_is_refused(rows_, wrong):
    with pytest.raises(PluginError, match=wrong):
        ResultTable(title="t", columns=("x", "y"), rows=rows_)
