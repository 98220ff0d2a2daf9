"""Keeps the documentation true: it is compared with the code, and what can be run is run."""

import importlib
import inspect
import json
import re
import typing
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import click
import pytest
from pydantic import BaseModel
from ruamel.yaml import YAML

import byeori
from byeori import ByeoriError, ExitCode, hookspecs
from byeori.cli.main import COMMANDS, app, run
from byeori.comparison import CompareSettings
from byeori.components import COMPONENT_KINDS
from byeori.endpoint import EndpointConfig
from byeori.generation import GenerationConfig
from byeori.plugins import ComponentEntry, call, discover
from byeori.recipe import BaseModelSettings, Recipe, Split
from byeori.recipe.model import step_keys
from byeori.testing import check_class, check_template, registry_of
from byeori_plugins.evaluators import JudgeConfig
from byeori_plugins.tuning import TrainingConfig

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
FENCE = re.compile(r"^```(\w+)(?: title=(\S+))?\n(.*?)^```$", re.M | re.S)
HOOKS = [name for name in vars(hookspecs) if name.startswith("byeori_")]
COMPONENTS = [
    entry
    for plugin in discover().plugins
    if plugin.distribution == "byeori"
    for entry in plugin.components
]


def named(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def flat(text: str) -> str:
    return " ".join(text.split())


def blocks(page: Path, language: str) -> list[str]:
    return [m[3] for m in FENCE.finditer(page.read_text(encoding="utf-8")) if m[1] == language]


# -- settings, components


def nested(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in typing.get_args(annotation):
        yield from nested(inner)


def setting_lines(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, str]]:
    """For each setting the line that belongs on its page, and a text that must stand below it."""
    for name, field in model.model_fields.items():
        value = None if field.is_required() else field.get_default(call_default_factory=True)
        default = "required" if field.is_required() else f"default `{json_text(value)}`"
        below = value if isinstance(value, str) and len(value) > 60 else ""
        default = "below" if isinstance(value, BaseModel) else "default below" if below else default
        yield f"- `{prefix}{name}` ({default}): {flat(field.description or '')}", below
        for inner in nested(field.annotation):
            yield from setting_lines(inner, f"{prefix}{name}.")


def json_text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=lambda model: model.model_dump())


SHARED: dict[type[BaseModel], str] = {
    TrainingConfig: "training.md",
    GenerationConfig: "generators.md",
    JudgeConfig: "components/judge.md",
}
"""Settings that many components have stand on one page, which the components' pages link to."""


def check_settings(model: type[BaseModel], page: Path, *, elsewhere: str = "nothing") -> None:
    text = flat(page.read_text(encoding="utf-8"))
    if "(../endpoint.md)" in text:
        elsewhere = "(?:model|panel)"
    there = re.compile(rf"- `(?:\w+\.)*{elsewhere}\.")
    lines = [pair for pair in setting_lines(model) if not there.match(pair[0])]
    where = "nowhere"
    for shared, other in SHARED.items():
        if issubclass(model, shared) and model is not shared:
            assert f"(../{other})" in text or f"(../../{other})" in text
            on_shared_page = list(setting_lines(shared))
            lines = [line for line in lines if line not in on_shared_page]
            where = f"on {other}"
    missing = [line for line, below in lines if line not in text or flat(below) not in text]
    assert not missing, f"{named(page)} lacks or misstates:\n" + "\n".join(missing)
    known = {re.match(r"- (`.*?`)", line)[1] for line, _ in lines}  # type: ignore[index]
    listed = set(re.findall(r"- (`[\w.]+`) \((?:required|default|below)", text))
    assert listed <= known, f"{named(page)} has settings that belong {where}"


def test_the_settings_of_every_training_are_on_one_page() -> None:
    check_settings(TrainingConfig, DOCS / "training.md")


def test_the_settings_of_every_generator_with_a_model_are_on_one_page() -> None:
    check_settings(GenerationConfig, DOCS / "generators.md", elsewhere="model")


@pytest.mark.parametrize("entry", COMPONENTS, ids=lambda entry: entry.name)
def test_every_component_has_a_page_with_its_settings(entry: ComponentEntry) -> None:
    page = DOCS / "components" / f"{entry.name}.md"
    assert page.is_file(), f"write {named(page)}"
    assert f"version {entry.cls.version}. " in flat(page.read_text(encoding="utf-8"))
    check_settings(entry.cls.config_model, page)


@pytest.mark.parametrize("entry", COMPONENTS, ids=lambda entry: entry.name)
def test_the_example_of_a_component_is_valid(entry: ComponentEntry) -> None:
    examples = blocks(DOCS / "components" / f"{entry.name}.md", "yaml")
    steps = [s for e in examples for section in YAML(typ="safe").load(e).values() for s in section]
    mine = [step for step in steps if step.pop("use") == entry.name]
    assert mine
    for step in mine:
        settings = {key: value for key, value in step.items() if key not in step_keys("tuning")}
        entry.cls.config_model.model_validate(settings)


def test_every_page_of_a_component_or_hook_is_about_one_that_exists() -> None:
    folder = DOCS / "components"
    pages = {p.relative_to(folder).with_suffix("").as_posix() for p in folder.rglob("*.md")}
    assert pages == {entry.name for entry in COMPONENTS}
    assert {page.stem for page in (DOCS / "hooks").glob("*.md")} == set(HOOKS)


def test_the_settings_of_endpoints_are_on_their_page() -> None:
    check_settings(EndpointConfig, DOCS / "endpoint.md")


def test_every_key_of_a_recipe_is_documented_with_its_default() -> None:
    text = flat((DOCS / "recipe.md").read_text(encoding="utf-8"))
    inner = {"base_model": BaseModelSettings, "split": Split, "compare": CompareSettings}
    keys = [pair for pair in Recipe.model_fields.items() if pair[0] not in inner]
    keys += [(f"{name}.{k}", f) for name, m in inner.items() for k, f in m.model_fields.items()]
    for path, field in keys:
        default = "required" if field.is_required() else f"default `{json_text(field.default)}`"
        assert f"- `{path}` ({default}):" in text


def test_the_recipes_of_readme_and_recipe_page_are_valid(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for file in ("reports.jsonl", "elements.csv"):
        Path(file).write_text("never read here")
    yaml = YAML(typ="safe")
    whole = yaml.load(blocks(ROOT / "README.md", "yaml")[0])
    for page in (
        ROOT / "README.md",
        *(DOCS / f"{n}.md" for n in ("recipe", "mixing", "scale", "training")),
    ):
        for block in blocks(page, "yaml"):
            # A page that shows a part of a recipe means it in an ordinary one.
            recipe = {**whole, **yaml.load(block)}
            Path("recipe.yaml").write_text(json.dumps(recipe), encoding="utf-8")
            assert run(["validate", "recipe.yaml"]) == 0, (page.name, capsys.readouterr().err)


# -- hooks


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_has_a_page_with_its_arguments_and_an_example_that_works(hook: str) -> None:
    page = DOCS / "hooks" / f"{hook}.md"
    text = page.read_text(encoding="utf-8")
    for argument in inspect.signature(getattr(hookspecs, hook)).parameters:
        assert f"\n- `{argument}`: " in text
    (example,) = blocks(page, "python")
    assert getattr(registry_with(example).manager.hook, hook).get_hookimpls()


def registry_with(source: str) -> Any:
    module = ModuleType("documented")
    exec(compile(source, "documented.py", "exec"), vars(module))
    registry = registry_of(documented=module)
    plugin = registry.plugin("documented")
    assert plugin is not None
    assert not plugin.error
    for entry in plugin.components:
        check_class(entry.cls, COMPONENT_KINDS[entry.kind])
    for template in plugin.templates:
        check_template(template)
    return registry


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_is_implemented_in_some_test(hook: str) -> None:
    sources = (path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("*.py"))
    assert any(f"def {hook}(" in source for source in sources)


def test_templates_recipes_and_commands_of_a_plugin_are_offered_under_its_name() -> None:
    pages = ("byeori_prompt_templates", "byeori_recipes", "byeori_commands")
    examples = [blocks(DOCS / "hooks" / f"{page}.md", "python")[0] for page in pages]
    assert all(f"def {page}(" in e for page, e in zip(pages, examples, strict=True))
    registry = registry_with("\n".join(examples))
    assert "documented/plain" in registry.templates()
    assert "documented/demo" in registry.recipes()
    group = click.Group()
    call(registry.manager, "byeori_commands", "documented", app=group)
    assert list(group.commands) == ["count-lines"]


def test_the_plugin_in_the_readme_is_a_plugin() -> None:
    (source,) = blocks(ROOT / "README.md", "python")
    components = registry_with(source).components("source", "generator")
    assert {"documented/filings", "documented/questions"} <= set(components)


# -- commands, errors, names, links


def test_every_command_and_its_options_are_documented() -> None:
    text = (DOCS / "commands.md").read_text(encoding="utf-8")
    call(discover().manager, "byeori_commands", "builtin", app=app)
    assert {command.name for command in COMMANDS} <= set(app.commands)
    for name, command in app.commands.items():
        section = text.partition(f"\n## byeori {name}\n")[2].partition("\n## ")[0]
        assert f"$ byeori {name}" in section or f"{name} --json" in section, name
        parts = command.commands.values() if isinstance(command, click.Group) else [command]
        for parameter in (parameter for part in parts for parameter in part.params):
            assert parameter.opts[-1].strip("-_").upper() in section.upper(), (name, parameter)


def test_every_error_and_exit_code_is_explained() -> None:
    text = (DOCS / "troubleshooting.md").read_text(encoding="utf-8")
    codes = (DOCS / "recipe.md").read_text(encoding="utf-8")
    public = [v for v in vars(byeori).values() if inspect.isclass(v) and issubclass(v, ByeoriError)]
    assert all(f"`byeori.{error.__name__}`" in text for error in public if error is not ByeoriError)
    assert all(f"| {code.value} | `{code.name}` |" in codes for code in ExitCode)
    assert all(f"`{code.name}`" in text for code in ExitCode if code)


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_name_of_the_library_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for name in set(re.findall(r"`(byeori(?:_plugins|_nasa)?(?:\.\w+)+)\b[^`]*`", text)):
        if name.endswith((".json", ".yaml")):
            continue
        parts = name.split(".")
        found: Any = importlib.import_module(parts[0])
        for i, part in enumerate(parts[1:], start=2):
            if not hasattr(found, part):
                importlib.import_module(".".join(parts[:i]))
            found = getattr(found, part)


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    for target, anchor in re.findall(r"\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)", text):
        path = (page.parent / target).resolve() if target else page
        assert path.exists(), f"{named(page)} links to {target}"
        if anchor:
            titles = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.M)
            slugs = {re.sub(r"[^\w\- ]", "", t.lower()).replace(" ", "-") for t in titles}
            assert anchor in slugs, f"{named(page)} links to {target}#{anchor}"


@pytest.mark.parametrize(
    "name", ["statistics.md", "endpoint.md", "testing.md", "generators.md", "reproduce.md"]
)
def test_the_python_of_a_page_runs(name: str) -> None:
    source = "\n".join(blocks(DOCS / name, "python"))
    exec(compile(source, name, "exec"), {"__name__": "documented"})


@pytest.mark.parametrize(
    "name",
    ["README"]
    + [
        f"docs/{n}"
        for n in (
            "tutorial",
            "domains/nasa",
            "domains/korean-text",
            "concepts",
            "judging",
            "recipe",
            "statistics",
            "training",
            "mixing",
            "review",
            "sources",
            "decontamination",
            "export",
        )
    ],
)
def test_korean_pages_have_the_same_code_as_the_english_ones(name: str) -> None:
    texts = [(ROOT / f"{name}{end}").read_text(encoding="utf-8") for end in (".md", ".ko.md")]
    english, korean = ([m[0] for m in FENCE.finditer(text)] for text in texts)
    assert english == korean
