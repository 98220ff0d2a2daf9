"""The KULLM paper and the survey beside ours."""

import json

import pytest

from byeori.cli.main import run
from byeori.plugins import discover
from byeori.reproduction import Estimate, Ours
from byeori.testing import check_paper
from byeori_korean.papers import KULLM, SURVEY
from byeori_korean.papers.kullm import ALL, FIGURE_1
from byeori_korean.papers.rules import BelowAll


def reproduced(paper, tmp_path, capsys, *tables):
    only = [word for table in tables for word in ("--only", table)]
    assert run(["reproduce", paper, *only, "--json", "--workspace", str(tmp_path)]) == 0
    return {table["table"]: table for table in json.loads(capsys.readouterr().out)["tables"]}


@pytest.mark.parametrize("paper", [KULLM, SURVEY], ids=lambda paper: paper.name)
def test_the_papers_keep_the_contract(paper):
    registry = discover()
    check_paper(registry.papers()[f"korean/{paper.name}"], registry)


def test_kullm_has_the_papers_settings_and_not_its_printed_headings(tmp_path, capsys):
    tables = ("section 3.1", "section 3.2", "section 4.1", "section 4.1, decoding", "table 1")
    found = reproduced("korean/kullm", tmp_path, capsys, *tables)
    assert found["Section 4.1"]["counts"] == {"reproduced": 8, "not runnable here": 1}
    assert found["Section 4.1, decoding"]["counts"] == {"reproduced": 7}
    assert found["Section 3.1"]["counts"] == {"reproduced": 3, "not runnable here": 4}
    assert found["Section 3.2"]["mark"] == "different"
    assert found["Table 1"]["mark"] == "not runnable here"


def test_the_survey_is_set_beside_without_any_run(tmp_path, capsys):
    found = reproduced("korean/survey", tmp_path, capsys)
    marks = {table: one["mark"] for table, one in found.items()}
    assert marks == {
        "Section 5.1": "reproduced",
        "Section 5.5": "reproduced",
        "Section 5.6": "not runnable here",
        "Section 6.2": "reproduced",
        "Section 7.1": "reproduced",
        "Section 7.2": "different",
        "Table 1": "not runnable here",
    }
    adapter = found["Section 6.2"]["cells"][0]["ours"]["value"]
    assert adapter == pytest.approx(1.22883)  # peft: 30 layers of 10 x 4096 and a gate each


def test_a_row_is_reproduced_only_where_its_interval_lies_below_the_highest():
    figures = {(row, "Model"): Estimate(0.5, 0.4, 0.6) for row in FIGURE_1.rows}
    ends = {"Dolly": (-0.3, -0.1), "ShareGPT": (-0.3, 0.1), "GPT-4-LLM": (0.1, 0.3)}

    def difference(place, other):
        assert other == (ALL, "Model")
        low, high = ends.get(place[0], (None, None))
        return Estimate(0.0, low, high)

    found = BelowAll(ALL).decide(FIGURE_1, Ours(figures, {}, difference))
    marks = {row: verdict.mark for (row, _), verdict in found.items()}
    assert (ALL, "Model") not in found
    assert marks.pop("Dolly") == "reproduced"
    assert set(marks.values()) == {"different"}
    assert "Model" in FIGURE_1.columns and "not known" in found["Dolly + ShareGPT", "Model"].why
