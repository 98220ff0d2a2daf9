"""The shipped documents and exams: written by the script beside them, held out, correct."""

import csv
import json
from importlib.resources import files
from pathlib import Path

import pytest

from byeori_science.problems.equations import equations
from byeori_science.shipped.__main__ import main, written
from byeori_science.shipped.tables import countries, elements

DATA = Path(str(files("byeori_science"))) / "recipes" / "data"


def rows(name: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines()]


def test_what_is_shipped_is_what_the_script_writes(tmp_path: Path) -> None:
    main(tmp_path)
    for name in written():
        assert (tmp_path / name).read_bytes() == (DATA / name).read_bytes(), name


def test_the_whole_domain_stays_small() -> None:
    assert sum(path.stat().st_size for path in DATA.rglob("*") if path.is_file()) < 300_000


def test_no_document_is_about_what_an_exam_asks() -> None:
    held_out = {row["name_en"] for row in elements()[1]}
    assert len(held_out) == 26
    assert not held_out & {row["split_group"] for row in rows("elements.jsonl")}
    kept, asked = countries()
    assert not {row["code"] for row in kept} & {row["code"] for row in asked}
    for row in rows("general.jsonl"):
        name = f"name_{row['language']}"
        assert any(country[name] in str(row["instruction"]) for country in kept)


@pytest.mark.parametrize("name", ["elements-en", "elements-ko", "countries-en", "countries-ko"])
def test_each_question_has_four_choices_and_its_right_answer_stands_anywhere(name: str) -> None:
    text = (DATA / "exams" / f"{name}.csv").read_text(encoding="utf-8")
    asked = list(csv.DictReader(text.splitlines()))
    assert all(len({row[letter] for letter in "ABCD"}) == 4 for row in asked)
    places = [row["answer"] for row in asked]
    assert all(places.count(letter) > len(places) / 8 for letter in "ABCD")


def test_symbols_and_numbers_are_those_of_another_table() -> None:
    fetch = pytest.importorskip("mendeleev.fetch")
    table = fetch.fetch_table("elements").set_index("atomic_number")
    for row in rows("elements.jsonl"):
        known = table.loc[row["answer"]]
        (symbol,) = (q["answer"] for q in row["questions"] if known.symbol == q["answer"])  # type: ignore[attr-defined]
        assert symbol in str(row["text"])
        name = known["name"].lower().translate({ord("f"): "ph"})
        if row["language"] == "en" and name not in ("cesium", "aluminum"):
            assert name == str(row["concept"]).translate({ord("f"): "ph"})


def test_the_arithmetic_of_the_shipped_problems_holds() -> None:
    for row in rows("elements.jsonl"):
        (found,) = equations("\n".join(map(str, row["solution"])))  # type: ignore[call-overload]
        assert found.holds
