"""The NASA paper's tables beside ours."""

import json
from pathlib import Path

import pytest

from byeori.cli.main import run
from byeori.plugins import discover
from byeori.testing import check_paper


def test_tables_5_and_6_are_computed_to_every_printed_digit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tables = ("--only", "5", "--only", "6", "--only", "section 4.2.4")
    assert run(["reproduce", "nasa", *tables, "--json", "--workspace", str(tmp_path)]) == 0
    found = json.loads(capsys.readouterr().out)["tables"]
    assert [table["mark"] for table in found] == ["reproduced"] * 3
    assert [table["counts"] for table in found] == [
        {"reproduced": 6},
        {"reproduced": 14},
        {"reproduced": 11},
    ]
    needed = next(c for c in found[1]["cells"] if c["row"].startswith("Questions needed"))
    assert needed["ours"]["value"] == 103  # statsmodels: 102.23 pairs


def test_the_recipe_has_the_papers_settings_and_prompt(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tables = ("--only", "section 3.3", "--only", "section 3.4", "--only", "2")
    assert run(["reproduce", "nasa", *tables, "--json", "--workspace", str(tmp_path)]) == 0
    found = {table["table"]: table for table in json.loads(capsys.readouterr().out)["tables"]}
    assert found["Section 3.4"]["counts"] == {"reproduced": 9, "not runnable here": 1}
    assert found["Section 3.3"]["counts"] == {"reproduced": 2, "not runnable here": 1}
    assert found["Table 2"]["counts"] == {"reproduced": 1}


def test_the_paper_keeps_the_contract() -> None:
    registry = discover()
    check_paper(registry.papers()["nasa/lora"], registry)
