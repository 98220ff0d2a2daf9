"""The table of elements agrees with an independent source."""

import csv
from pathlib import Path

import pytest
from mendeleev.fetch import fetch_table

TABLE = Path(__file__).parents[3] / "plugins/byeori_plugins/recipes/demo/elements.csv"
ROWS = list(csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines()))
OTHER_SPELLINGS = {"Aluminum": "aluminium", "Cesium": "caesium"}
UNDECIDED = {"La", "Lu", "Ac", "Lr"}
"""Sources differ on the group and block of these, so the table leaves both empty."""


@pytest.fixture(scope="module")
def peer():
    table = fetch_table("elements").set_index("atomic_number")
    return table[["symbol", "name", "period", "block", "group_id"]].fillna({"group_id": 0})


def test_there_are_118_elements_in_order():
    assert [int(row["atomic_number"]) for row in ROWS] == list(range(1, 119))


@pytest.mark.parametrize("column", ["symbol", "name_en", "name_ko"])
def test_no_two_elements_share_a_name_or_symbol(column):
    assert len({row[column] for row in ROWS}) == 118


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["symbol"])
def test_symbol_name_and_place_agree_with_mendeleev(row, peer):
    other = peer.loc[int(row["atomic_number"])]
    assert row["symbol"] == other["symbol"]
    assert row["name_en"] == OTHER_SPELLINGS.get(other["name"], other["name"].lower())
    assert int(row["period"]) == other["period"]
    if row["symbol"] in UNDECIDED:
        assert (row["group"], row["block"]) == ("", "")
        return
    assert row["block"] == other["block"]
    assert int(row["group"] or 0) == other["group_id"]


def test_both_languages_say_the_same_category_and_state():
    for column, count in (("category", 10), ("state", 3)):
        pairs = {(row[f"{column}_en"], row[f"{column}_ko"]) for row in ROWS} - {("", "")}
        assert len(pairs) == len({en for en, _ in pairs}) == len({ko for _, ko in pairs}) == count


def test_only_bromine_and_mercury_are_liquid_at_room_temperature():
    assert [row["symbol"] for row in ROWS if row["state_en"] == "liquid"] == ["Br", "Hg"]
    assert sum(row["state_en"] == "gas" for row in ROWS) == 11


def test_radioactive_elements_never_seen_in_bulk_have_no_state():
    assert [row["symbol"] for row in ROWS[:99] if not row["state_en"]] == ["At", "Fr"]
    assert not any(row["state_en"] for row in ROWS[99:])
