"""A plugin by someone else: installed with pip beside byeori, run as its user would, removed.

Nothing of the core knows it, and nothing is fetched: the environment sees the packages of this one.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

FINANCE = Path(__file__).parent / "examples" / "byeori_finance"
DISTRIBUTION = "byeori-finance-example"

pytestmark = pytest.mark.slow

PROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "{distribution}"
version = "9.8"
[project.entry-points.byeori]
{plugin} = "{module}"
[tool.hatch.build.targets.wheel]
packages = ["{module}.py"]
"""


@pytest.fixture(scope="module")
def finance(environment: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The example, installed from a copy: a build leaves files beside its sources."""
    import shutil

    copy = tmp_path_factory.mktemp("source") / "finance"
    shutil.copytree(FINANCE, copy)
    environment.install(copy)
    yield
    environment.pip("uninstall", "--yes", DISTRIBUTION)
    # What was installed is gone with it, and so is the plugin.
    assert "finance" not in environment.plugins()
    gone = environment.byeori("validate", "finance/figures")
    assert gone.returncode == 2
    assert "no file and no shipped recipe of that name" in gone.stderr


@pytest.fixture
def install_module(
    environment: Any, tmp_path: Path
) -> Iterator[Callable[[str, str, str, str], None]]:
    """Installs a plugin of one module, and removes it after the test."""
    installed: list[str] = []

    def install(distribution: str, plugin: str, module: str, code: str) -> None:
        project = tmp_path / distribution
        project.mkdir()
        settings = PROJECT.format(distribution=distribution, plugin=plugin, module=module)
        (project / "pyproject.toml").write_text(settings)
        (project / f"{module}.py").write_text(code)
        environment.install(project)
        installed.append(distribution)

    yield install
    environment.pip("uninstall", "--yes", *installed)


@pytest.mark.usefixtures("finance")
def test_its_components_are_listed_with_distribution_and_version(environment: Any) -> None:
    plugin = environment.plugins()["finance"]
    assert (plugin["distribution"], plugin["version"]) == (DISTRIBUTION, "0.3.0")
    assert plugin["state"] == "loaded"
    assert {(component["kind"], component["name"]) for component in plugin["components"]} == {
        ("source", "finance/filings"),
        ("generator", "finance/questions"),
        ("filter", "finance/fiscal-years"),
        ("tuning", "finance/norms"),
        ("evaluator", "finance/figures"),
    }
    assert all(component["summary"] for component in plugin["components"])
    assert plugin["prompts"] == ["finance/analyst"]
    assert plugin["recipes"] == ["finance/figures"]


@pytest.mark.usefixtures("finance")
def test_its_recipe_is_validated_and_its_settings_stand_in_the_schema(
    environment: Any,
) -> None:
    valid = environment.byeori("validate", "finance/figures")
    assert valid.returncode == 0, valid.stderr
    assert "valid, 10 stages" in valid.stdout
    wrong = environment.byeori("validate", "finance/figures", "--set", "documents.1.frist=2020")
    assert wrong.returncode == 2
    assert "documents.1.frist" in wrong.stderr
    assert "Earliest fiscal year that is kept." in environment.byeori("schema").stdout


@pytest.mark.usefixtures("finance")
def test_its_subcommand_says_which_rows_of_a_file_can_be_used(
    environment: Any, tmp_path: Path
) -> None:
    file = tmp_path / "reports.jsonl"
    row = {"company": "가람", "year": 2020, "language": "ko", "text": "매출은 9억 원이었다."}
    rows = [json.dumps(row), "{", json.dumps({**row, "text": ""})]
    file.write_text("\n".join(rows), encoding="utf-8")
    done = environment.byeori("filings", str(file))
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "1 reports can be used, 2 cannot",
        "  reports.jsonl:2: not a JSON object",
        "  reports.jsonl:3: no text",
    ]
    assert "filings" in environment.byeori("--help").stdout


@pytest.mark.usefixtures("finance")
def test_it_runs_from_reports_to_a_report_while_another_plugin_is_broken(
    environment: Any, install_module: Callable[..., None]
) -> None:
    install_module("byeori-sick", "sick", "byeori_sick", "raise RuntimeError('no licence file')")
    done = environment.byeori("run", "finance/figures", "--set", "tuning.0.max_steps=4")
    assert done.returncode == 0, done.stderr
    folder = environment.folder / ".byeori" / "runs" / "finance-figures"
    assert (folder / "report.html").stat().st_size > 0
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    measured = {(row["evaluator"], row["metric"], row["model"]) for row in report["comparisons"]}
    assert measured == {
        ("finance-figures", "gives-figure", "norms"),
        ("finance-figures", "right-figure", "norms"),
    }
    plan = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    assert plan["plugins"]["finance"] == {"distribution": DISTRIBUTION, "version": "0.3.0"}
    assert "sick" not in plan["plugins"]
    # The hook counted every stage once.
    counted = (folder / "finance-stages.txt").read_text().splitlines()
    stages = [stage["id"] for stage in plan["stages"]]
    assert counted == [f"{number} {stage}" for number, stage in enumerate(stages, start=1)]
    again = environment.byeori("run", "finance/figures", "--set", "tuning.0.max_steps=4")
    assert again.returncode == 0, again.stderr
    assert (folder / "finance-stages.txt").read_text().splitlines() == counted

    sick = environment.plugins()["sick"]
    assert (sick["distribution"], sick["version"]) == ("byeori-sick", "9.8")
    assert sick["state"] == "failed"
    assert sick["error"] == "RuntimeError: no licence file"
    assert environment.byeori("plugins").returncode == 5
    needed = environment.byeori("run", "sick/anything")
    assert "plugin 'sick' failed to load: RuntimeError: no licence file" in needed.stderr


@pytest.mark.usefixtures("finance")
def test_a_second_plugin_of_the_same_name_is_an_error_that_names_both(
    environment: Any, install_module: Callable[..., None]
) -> None:
    install_module("byeori-other-finance", "finance", "other_finance", "")
    for arguments in (["plugins"], ["run", "finance/figures"]):
        done = environment.byeori(*arguments)
        assert done.returncode == 5
        assert "two plugins are named 'finance'" in done.stderr
        for said in (DISTRIBUTION, "byeori-other-finance 9.8", "byeori_finance", "other_finance"):
            assert said in done.stderr


@pytest.mark.usefixtures("finance")
def test_its_own_suite_proves_that_it_keeps_the_contract(environment: Any) -> None:
    done = environment.run("-m", "pytest", "-q", "-p", "no:cacheprovider", str(FINANCE))
    assert done.returncode == 0, done.stdout + done.stderr
