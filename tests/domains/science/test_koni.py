"""The KONI paper's figures beside ours, and the recipes that go with it."""

import json
from pathlib import Path

import pytest

from byeori.cli.main import run
from byeori.plugins import discover
from byeori.testing import check_paper
from byeori_science.koni.computed import ONE, fewest_items, seen


def test_what_is_computed_agrees_with_every_printed_digit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    parts = ("training", "benchmarks", "gains", "arc_challenge")
    tables = [word for part in parts for word in ("--only", f"section II, {part}")]
    assert run(["reproduce", "science/koni", *tables, "--json", "--workspace", str(tmp_path)]) == 0
    found = {one["table"]: one for one in json.loads(capsys.readouterr().out)["tables"]}
    marks = {name.removeprefix("Section II, "): one["mark"] for name, one in found.items()}
    assert marks == {
        "training": "reproduced",
        "benchmarks": "reproduced",
        "gains": "reproduced",
        "arc_challenge": "not runnable here",
    }


def test_the_one_benchmark_has_a_hundred_and_fifty_questions_at_least() -> None:
    assert fewest_items(ONE) == 150
    assert [round(100 * right / 150, 2) for right in (99, 110)] == [float(one) for one in ONE]
    sizes = [values[0] for values in seen().values()]
    assert sizes[0] == 150
    assert isinstance(sizes[1], int)
    from scipy.stats import binomtest

    lost = (sizes[1] - 11) // 2
    assert binomtest(lost, sizes[1]).pvalue < 0.05
    assert binomtest(lost + 1, sizes[1] + 2).pvalue >= 0.05


def test_the_paper_keeps_the_contract() -> None:
    registry = discover()
    check_paper(registry.papers()["science/koni"], registry)


@pytest.mark.parametrize("recipe", ["koni", "suite"])
def test_recipes_are_whole_in_their_tiny_form(recipe: str) -> None:
    assert run(["validate", f"science/{recipe}", "--tiny"]) == 0


def test_the_sweep_over_replay_is_whole(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["validate", "science/replay"]) == 0
    assert "3 variants" in capsys.readouterr().out


def test_in_earnest_koni_lacks_nothing_but_the_users_files(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["validate", "science/koni"]) == 4
    problems = capsys.readouterr().err.splitlines()[:-1]
    assert all("no such file or folder" in line for line in problems)
    assert len(problems) == 3
