"""The chemistry paper's tables beside ours."""

import json
from pathlib import Path

import pytest
from scipy.stats import binomtest

from byeori.cli.main import run
from byeori.plugins import discover
from byeori.testing import check_paper
from byeori_chemistry.papers import INSTRUCTION_TUNING
from byeori_chemistry.papers.computed import COLLEGE, HIGH_SCHOOL, RIGHT


def test_every_figure_on_mmlu_is_a_whole_number_of_questions(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tables = ("--only", "Tables 7, 9 and 11 from counts", "--only", "Section 3.2")
    assert run(["reproduce", "chemistry", *tables, "--json", "--workspace", str(tmp_path)]) == 0
    found = {table["table"]: table for table in json.loads(capsys.readouterr().out)["tables"]}
    assert found["Tables 7, 9 and 11 from counts"]["counts"] == {"reproduced": 27}
    assert found["Section 3.2"]["counts"] == {"reproduced": 2, "not runnable here": 1}


def test_the_korean_averages_are_not_the_mean_of_the_levels(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = "Averages of Tables 8, 10 and 12"
    command = ["reproduce", "chemistry", "--only", table, "--json", "--workspace", str(tmp_path)]
    assert run(command) == 0
    (found,) = json.loads(capsys.readouterr().out)["tables"]
    assert found["mark"] == "different"


def test_no_data_set_moved_mmlu_by_more_than_chance() -> None:
    """What docs/domains/chemistry.md says of Table 9: each figure lies in the others' intervals."""
    for total, place in ((HIGH_SCHOOL, 0), (COLLEGE, 1)):
        rights = [right[place] for name, right in RIGHT.items() if name != "Llama2 – 7B"]
        low = max(binomtest(right, total).proportion_ci(method="wilson").low for right in rights)
        high = min(binomtest(right, total).proportion_ci(method="wilson").high for right in rights)
        assert all(low <= right / total <= high for right in rights)


def test_the_paper_keeps_the_contract() -> None:
    check_paper(INSTRUCTION_TUNING, discover())
