"""The invented awards are what the script writes, are marked, and pass every check."""

import csv
from importlib.resources import files

from mendeleev.fetch import fetch_table

from byeori_nasa.awards import Awards
from byeori_nasa.fiction.awards import projects
from byeori_nasa.fiction.tables import KINDS, NOTE, PRODUCTS
from byeori_nasa.fiction.writing import texts

DATA = files("byeori_nasa") / "recipes" / "data"


def test_the_shipped_files_are_what_the_script_writes():
    for name, text in texts().items():
        assert (DATA / name).read_bytes().decode() == text, name


def test_every_award_passes_the_checks_and_says_that_it_is_invented(context, rejects):
    path = DATA / "fictional_awards.csv"
    documents = list(Awards(Awards.config_model(path=path)).documents(context))
    assert len(documents) == 193
    assert not rejects
    assert {document.metadata["Note"] for document in documents} == {NOTE}


def test_each_project_has_an_element_of_its_own_so_that_the_split_holds_elements_apart():
    made = projects()
    assert len({one.element.symbol for one in made}) == len({one.title for one in made}) == 83
    assert {one.product for one in made} == PRODUCTS.keys()
    assert set(PRODUCTS.values()) == KINDS.keys()


def test_what_is_said_of_elements_is_true():
    rows = csv.DictReader((DATA / "fictional_awards.csv").read_text(encoding="utf-8").splitlines())
    said = {row["Research Area Keywords"].split(", ")[1]: row["Abstract"] for row in rows}
    assert said.keys() == {one.element.symbol for one in projects()}
    real = fetch_table("elements").set_index("symbol")
    for symbol, abstract in said.items():
        number, period = real.loc[symbol, ["atomic_number", "period"]]
        assert f"has atomic number {number} and stands in period {period}." in abstract
