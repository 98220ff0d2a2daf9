"""A new domain's package: whole, in order, and written all or not at all."""

import csv
import json
import subprocess
import sys
import tomllib
from pathlib import Path

import click
import pytest
from ruamel.yaml import YAML

from byeori.cli.main import run
from byeori.errors import DataError
from byeori.plugins import discover
from byeori.scaffold.domain_package import write_domain
from byeori.scaffold.names import LICENCES, Names

ROOT = Path(__file__).parents[3]
ORES = Names("rare-ores")


@pytest.fixture
def package(tmp_path: Path) -> Path:
    write_domain(ORES, tmp_path / "ores", byeori="0.1.0", author="Kim")
    return tmp_path / "ores"


def test_every_file_of_it_can_be_read_and_has_nothing_left_to_fill_in(package: Path) -> None:
    files = sorted(path for path in package.rglob("*") if path.is_file())
    assert len(files) == 13
    for path in files:
        text = path.read_text(encoding="utf-8")
        assert "{{" not in text, path
        assert "{%" not in text, path
        assert text.endswith("\n") or not text, path
        if path.suffix == ".py":
            compile(text, path, "exec")
            assert all(len(line) <= 100 for line in text.splitlines()), path


def test_it_is_registered_as_a_plugin_under_its_name(package: Path) -> None:
    project = tomllib.loads((package / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["name"] == "byeori-rare-ores"
    assert project["entry-points"]["byeori"] == {"rare-ores": "byeori_rare_ores"}
    assert project["dependencies"] == ["byeori>=0.1.0"]
    assert (package / "src" / "byeori_rare_ores" / "py.typed").is_file()
    recipe = YAML(typ="safe").load(package / "src/byeori_rare_ores/recipes/first.yaml")
    assert recipe["name"] == "rare-ores-first"
    assert recipe["documents"][0]["use"] == "rare-ores/records"


@pytest.mark.parametrize("licence", LICENCES)
def test_a_licence_is_written_with_year_and_author(licence: str, tmp_path: Path) -> None:
    write_domain(ORES, tmp_path / "ores", byeori="0.1.0", licence=licence, author="Kim")
    project = tomllib.loads((tmp_path / "ores" / "pyproject.toml").read_text())["project"]
    assert project["license"] == licence
    text = (tmp_path / "ores" / "LICENSE").read_text(encoding="utf-8")
    # Apache's text names no one: its section 4 asks for notices in the files instead.
    assert "Kim" in text or "Apache License" in text
    assert f"{licence}; see [LICENSE]" in (tmp_path / "ores" / "README.md").read_text()


def test_the_apache_licence_is_the_one_of_byeori_itself() -> None:
    ours = ROOT / "core/byeori/scaffold/licences/Apache-2.0.txt"
    assert ours.read_bytes() == (ROOT / "LICENSE").read_bytes()


def test_without_a_licence_there_is_none_anywhere(tmp_path: Path) -> None:
    write_domain(ORES, tmp_path / "ores", byeori="0.1.0", licence="")
    assert not (tmp_path / "ores" / "LICENSE").exists()
    assert "license" not in (tmp_path / "ores" / "pyproject.toml").read_text()
    assert "## Licence" not in (tmp_path / "ores" / "README.md").read_text()


def test_the_sample_records_say_what_the_shipped_table_says(package: Path) -> None:
    table = ROOT / "plugins/byeori_plugins/recipes/demo/elements.csv"
    with table.open(encoding="utf-8", newline="") as file:
        elements = {row["name_en"]: row for row in csv.DictReader(file)}
    lines = (package / "src/byeori_rare_ores/recipes/data/records.jsonl").read_text().splitlines()
    records = [json.loads(line) for line in lines]
    assert len(records) == len(elements) == 118
    for record in records:
        element = elements[record["title"]]
        for name in ("symbol", "atomic_number", "period", "group"):
            assert str(record.get(name, "")) == element[name]
            assert element[name] in record["text"]
        assert record.get("category", "") == element["category_en"]


def test_a_folder_that_holds_something_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("kept")
    with pytest.raises(DataError, match="is there already, and not empty; name another"):
        write_domain(ORES, tmp_path, byeori="0.1.0")
    with pytest.raises(DataError, match="no folder"):
        write_domain(ORES, tmp_path / "mine.txt", byeori="0.1.0")
    with pytest.raises(DataError, match=r"cannot be made \(.*mine.txt"):
        write_domain(ORES, tmp_path / "mine.txt" / "ores", byeori="0.1.0")
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_an_empty_folder_is_filled_but_not_the_one_the_user_is_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "empty").mkdir()
    write_domain(ORES, tmp_path / "empty", byeori="0.1.0")
    assert (tmp_path / "empty" / "pyproject.toml").is_file()
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    with pytest.raises(DataError, match="the folder you are in"):
        write_domain(ORES, Path(), byeori="0.1.0")


KILLED = """
import os, pathlib, signal, sys
from byeori.scaffold.domain_package import write_domain
from byeori.scaffold.names import Names
write, count = pathlib.Path.write_text, []
def write_text(self, *args, **kwargs):
    count.append(self)
    if len(count) == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
    return write(self, *args, **kwargs)
pathlib.Path.write_text = write_text
write_domain(Names("rare-ores"), pathlib.Path(sys.argv[1]), byeori="0.1.0")
"""


@pytest.mark.parametrize("at", [1, 7, 13])
def test_a_killed_process_leaves_no_half_package_and_the_next_one_a_whole(
    tmp_path: Path, at: int
) -> None:
    place = tmp_path / "ores"
    killed = subprocess.run([sys.executable, "-c", KILLED, str(place), str(at)], check=False)
    assert killed.returncode == -9
    assert not place.exists()
    assert len(write_domain(ORES, place, byeori="0.1.0")) == 13


def test_an_error_on_the_way_leaves_nothing_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: object, **kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(DataError, match="No space left on device"):
        write_domain(ORES, tmp_path / "ores", byeori="0.1.0")
    assert list(tmp_path.iterdir()) == []


def test_the_command_says_what_to_do_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["new", "domain", "rare-ores"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("byeori-rare-ores: the domain package byeori-rare-ores, 13 files\n")
    assert "byeori run rare-ores/first" in said
    assert run(["new", "domain", "rare-ores", "--folder", "other", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["folder"] == "other"
    assert run(["new", "domain", "rare-ores"]) == 4
    assert "not empty" in capsys.readouterr().err
    taken = discover().plugins[0].name
    assert run(["new", "domain", taken]) == click.UsageError.exit_code
    assert f"{taken!r} cannot be the name of a domain" in capsys.readouterr().err
