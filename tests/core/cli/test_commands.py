import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from byeori.cli.main import run
from byeori.cli.tables import width

RECIPE = """\
name: mine
base_model: {path: builtin:tiny}
documents:
  - {use: jsonl, path: rows.jsonl, text: body}
examples:
  - use: templates
    templates:
      - {task: name, language: en, instruction: "Who is {{ name }}?", output: "{{ name }}"}
tuning:
  - {use: lora, r: 8}
evaluators:
  - {use: generated-answers}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "rows.jsonl").write_text('{"body": "text", "name": "Ada"}\n')
    (tmp_path / "mine.yaml").write_text(RECIPE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_help_lists_every_command_and_imports_no_torch() -> None:
    code = (
        "import sys; from byeori.cli.main import run\n"
        "run(['--help']); print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    commands = ("run", "plan", "validate", "plugins", "recipes", "schema", "show", "explain")
    for command in (*commands, "data", "review", "doctor"):
        assert f"\n  {command} " in done.stdout
    assert done.stdout.endswith("False\n")


def test_validate_says_that_a_recipe_is_valid(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["validate", "mine.yaml"]) == 0
    assert "mine.yaml: valid, 10 stages" in capsys.readouterr().out


def test_a_wrong_recipe_ends_with_2_and_every_mistake_and_no_traceback(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "mine.yaml").write_text(RECIPE.replace("r: 8", "rr: 8").replace("jsonl,", "jsnl,"))
    assert run(["validate", "mine.yaml"]) == 2
    err = capsys.readouterr().err
    assert "mine.yaml:4:6: documents.0.use: no source or filter is named 'jsnl'" in err
    assert "mine.yaml:10:17: tuning.0.rr: unknown key; did you mean 'r'?" in err
    assert "2 mistakes in the recipe; nothing was run" in err
    assert "Traceback" not in err


def test_debug_adds_the_traceback(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["validate", "nowhere.yaml", "--debug"]) == 2
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["validate", "nowhere.yaml"], 2, "nowhere.yaml: no such recipe file"),
        (["run", "demmo"], 2, "did you mean 'demo'"),
        (["run", "mine.yaml", "--set", "documents.0.path=gone.jsonl"], 4, "no such file"),
        (["frobnicate"], 2, "No such command"),
        (["-p", "nasa", "plugins"], 2, "-p takes no:NAME"),
        (["show", "mine"], 4, "no run is named 'mine'"),
        (["explain", "abc"], 4, "'abc' is not in the workspace"),
    ],
)
def test_what_goes_wrong_has_its_exit_code_and_says_what_to_do(
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    code: int,
    message: str,
) -> None:
    assert run(arguments) == code
    assert message in capsys.readouterr().err


def test_the_plan_shows_what_is_to_do_and_runs_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["run", "mine.yaml", "--dry-run"]) == 0
    assert "10 stages, 10 to do" in capsys.readouterr().out
    assert not (folder / ".byeori").exists()


def test_the_plan_as_json_names_components_and_fingerprints(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["plan", "mine.yaml", "--json"]) == 0
    plan = json.loads(capsys.readouterr().out)
    assert plan["stages"][0]["components"][0]["component"] == "jsonl"
    assert plan["stages"][0]["done"] is False
    assert plan["base_model"]["fingerprint"].startswith("sha256:")


def test_plugins_lists_components_with_their_distribution(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["plugins", "--json"]) == 0
    by_name = {plugin["name"]: plugin for plugin in json.loads(capsys.readouterr().out)}
    assert by_name["nasa"]["distribution"] == "byeori"
    assert {"kind", "name", "version", "summary"} <= set(by_name["nasa"]["components"][0])


def test_a_plugin_switched_off_says_so_where_it_is_used(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = RECIPE.replace("{use: jsonl, path: rows.jsonl, text: body}", "{use: nasa/sbir}")
    (folder / "mine.yaml").write_text(text)
    assert run(["-p", "no:nasa", "validate", "mine.yaml"]) == 5
    assert "plugin 'nasa' is switched off" in capsys.readouterr().err


def test_the_schema_knows_every_component_and_refuses_a_wrong_key(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["schema"]) == 0
    schema = json.loads(capsys.readouterr().out)
    lora = schema["$defs"]["tuning:lora"]
    assert lora["additionalProperties"] is False
    assert {"use", "id", "from", "r", "learning_rate"} <= set(lora["properties"])
    assert {"$ref": "#/$defs/tuning:lora"} in schema["properties"]["tuning"]["items"]["anyOf"]


def test_doctor_prints_no_secret_and_survives_a_broken_torch(tmp_path: Path) -> None:
    (tmp_path / "torch.py").write_text("raise ImportError('libtorch is missing')")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "OPENAI_API_KEY": "sk-hidden"}
    done = subprocess.run(
        [sys.executable, "-c", "from byeori.cli import main; main()", "doctor"],
        capture_output=True,
        text=True,
        env=environment,
        cwd=tmp_path,
    )
    assert done.returncode == 1
    assert "FAIL  torch: 2.13.0" in done.stdout
    assert "does not import: ImportError: libtorch is missing" in done.stdout
    assert "OPENAI_API_KEY: set" in done.stdout
    assert "sk-hidden" not in done.stdout + done.stderr


def test_hangul_takes_two_columns_and_a_combining_mark_none() -> None:
    assert (width("abc"), width("한글"), width("e\u0301")) == (3, 4, 1)


def test_a_plugin_whose_commands_fail_loses_them_and_no_other_command() -> None:
    from types import SimpleNamespace

    import click

    from byeori import hookimpl
    from byeori.cli.main import app, with_commands
    from byeori.testing import registry_of

    def adding(name: str) -> SimpleNamespace:
        def byeori_commands(app: click.Group) -> None:
            if not name:
                raise RuntimeError("no licence")
            app.add_command(click.Command(name))

        return SimpleNamespace(byeori_commands=hookimpl(byeori_commands))

    registry = with_commands(registry_of(sick=adding(""), thief=adding("run"), well=adding("hi")))
    try:
        assert "no licence" in registry.plugins[-3].error
        assert "the command 'run' exists already" in registry.plugins[-2].error
        assert registry.plugins[-1].error == ""
        assert "hi" in app.commands
    finally:
        del app.commands["hi"]


def test_a_switch_after_the_command_is_the_commands_own(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["recipes", "-p", "x"]) == 2
    assert "No such option" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "code", "message"),
    [
        (("path: rows.jsonl", "path: ~nobody-here/x"), 2, "documents.0.path"),
        (("path: rows.jsonl", "path: ''"), 2, "the path is empty"),
        (("path: rows.jsonl", f"path: {'x' * 5000}"), 4, "cannot be read: File name too long"),
        (("path: rows.jsonl", "path: /dev/null"), 4, "neither a file nor a folder"),
        (("name: mine", f"name: {'x' * 300}"), 2, "at most 100"),
        (("r: 8", "r: " + "[" * 3000), 2, "not YAML: nested too deeply"),
        (("r: 8", "r: " + "9" * 5000), 2, "not YAML"),
        (("tuning:\n  - {use: lora, r: 8}", "tuning: lora"), 2, "tuning: must be a list"),
        (("tuning:\n  - {use: lora, r: 8}", "tuning: []"), 2, "must have at least one entry"),
        (("{use: lora, r: 8}", "lora"), 2, "tuning.0: must be a mapping"),
    ],
)
def test_what_no_one_would_write_is_still_a_mistake_with_a_place(
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    change: tuple[str, str],
    code: int,
    message: str,
) -> None:
    (folder / "mine.yaml").write_text(RECIPE.replace(*change))
    assert run(["validate", "mine.yaml"]) == code
    assert message in capsys.readouterr().err


def test_a_recipe_of_a_plugin_that_is_switched_off_says_so(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["-p", "no:nasa", "validate", "nasa/lora"]) == 5
    assert "plugin 'nasa' is switched off" in capsys.readouterr().err


def test_a_broken_report_is_said_to_be_one(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = folder / ".byeori" / "runs" / "mine"
    broken.mkdir(parents=True)
    (broken / "plan.json").write_text("{}")
    (broken / "report.json").write_text('{"name": ')
    assert run(["show", "mine", "--json"]) == 4
    assert "run the recipe again" in capsys.readouterr().err


@pytest.mark.parametrize("closed", ["1", "2"])
def test_nobody_listening_is_no_error(folder: Path, closed: str) -> None:
    command = f"{sys.executable} -m byeori schema {closed}>&- | head -c 1 > /dev/null; exit 0"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True)
    assert "Traceback" not in done.stderr
    assert "internal error" not in done.stderr


SWEEP = RECIPE + "sweep: {tuning.lora.r: [4, 8]}\n"


def test_a_dry_run_of_a_sweep_shows_what_its_variants_share(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "mine.yaml").write_text(SWEEP)
    assert run(["run", "mine.yaml", "--dry-run"]) == 0
    out = capsys.readouterr().out
    rows = [line.split() for line in out.splitlines()]
    assert ["r=4", "10", "0", "0", "10"] in rows
    assert ["r=8", "10", "8", "0", "2"] in rows
    assert "2 variants, 20 stages, 12 different ones, 12 to do" in out
    assert run(["plan", "mine.yaml", "--json"]) == 0
    plan = json.loads(capsys.readouterr().out)
    assert [variant["swept"] for variant in plan["variants"]] == [{"r": "4"}, {"r": "8"}]
    assert not (folder / ".byeori").exists()


def test_validate_checks_every_variant_and_variant_chooses_one(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "mine.yaml").write_text(SWEEP)
    assert run(["validate", "mine.yaml"]) == 0
    assert "mine.yaml: valid, 2 variants, 12 different stages" in capsys.readouterr().out
    assert run(["plan", "mine.yaml", "--variant", "r=8"]) == 0
    assert "10 stages, 10 to do" in capsys.readouterr().out
    assert run(["validate", "mine.yaml", "--variant", "r=9"]) == 2
    assert "mine.yaml:13:1: sweep: no variant is named r=9; did you mean" in capsys.readouterr().err


def test_a_command_for_one_recipe_asks_for_the_variant(folder: Path) -> None:
    from byeori.cli.options import plan_of
    from byeori.errors import RecipeError
    from byeori.plugins import discover

    (folder / "mine.yaml").write_text(SWEEP)
    with pytest.raises(RecipeError, match=r"give --variant r=4 \(or one of r=8\)"):
        plan_of(discover(), "mine.yaml", [])


def test_the_schema_takes_sweeps_as_they_are_documented(
    capsys: pytest.CaptureFixture[str],
) -> None:
    import jsonschema

    assert run(["schema"]) == 0
    schema = json.loads(capsys.readouterr().out)
    sweep = {"$defs": schema["$defs"], **schema["properties"]["sweep"]}
    named = {"label": "a+b", "value": [{"use": "lora"}]}
    for good in ({"seed": [1, 2]}, {"tuning": [named]}, [{"seed": [1]}, {"tuning.0": [named]}]):
        jsonschema.validate(good, sweep)
    for bad in ({"seed": 1}, {"seed": []}, ["seed"], 3):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(bad, sweep)


def test_the_table_is_printed_also_where_a_variant_failed_and_the_code_is_the_variants(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from byeori.errors import DataError, VariantsFailedError
    from byeori.report.serialise import sweep_to_json
    from byeori.report.sweep import SweepReport

    (folder / "mine.yaml").write_text(SWEEP)
    table = SweepReport(
        name="mine", title="r=4 scores highest.", lines=(), variants=(), rows=(), contests=()
    )
    (folder / "report.json").write_text(sweep_to_json(table))

    def failing(*arguments: object) -> None:
        raise VariantsFailedError({"r=8": DataError("no data")}, 2, folder)

    monkeypatch.setattr("byeori.run.execute_sweep", failing)
    assert run(["run", "mine.yaml", "-q"]) == 4
    out, err = capsys.readouterr()
    assert out.startswith("r=4 scores highest.")
    assert "1 of 2 variants failed:\n  r=8: no data" in err
