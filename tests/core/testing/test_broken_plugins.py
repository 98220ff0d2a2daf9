"""What is wrong with a plugin as a whole is seen, and what to change is said."""

import sys
from pathlib import Path

import pytest

from byeori import PromptTemplate
from byeori.testing import check_plugin, check_template

HEAD = "from byeori import *\nfrom pathlib import Path\n"
SOURCE = (
    HEAD
    + '''
class One(DataSource[Config]):
    """One document."""
    name = "one"
    def documents(self, context):
        yield Document(text="one")

@hookimpl
def byeori_data_sources():
    {before}
    return [One]
'''
)


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> str:
    """Writes the test's code as a module and gives its name."""
    name = f"plugin_{abs(hash(request.node.name))}"
    (tmp_path / f"{name}.py").write_text(request.param.replace("HERE", repr(str(tmp_path))))
    monkeypatch.syspath_prepend(str(tmp_path))
    request.addfinalizer(lambda: sys.modules.pop(name, None))
    return name


def code(text: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("plugin", [text], indirect=True, ids=["code"])


@code(SOURCE.format(before=""))
def test_a_plugin_that_breaks_nothing_passes(plugin: str) -> None:
    check_plugin(plugin, name="mine")
    check_plugin(plugin, name="mine", settings={"one": {}})


@code(SOURCE.format(before=""))
def test_settings_for_a_component_it_does_not_have_are_refused(plugin: str) -> None:
    with pytest.raises(AssertionError, match="settings name 'two'; use names of one"):
        check_plugin(plugin, name="mine", settings={"two": {}})


@code(SOURCE.format(before=""))
def test_a_plugin_that_is_not_installed_needs_a_name(plugin: str) -> None:
    with pytest.raises(AssertionError, match="has 0 entry points in the group 'byeori'; install"):
        check_plugin(plugin)


@code(SOURCE.format(before="import datasets"))
def test_a_heavy_import_in_a_hook_is_seen(plugin: str) -> None:
    with pytest.raises(AssertionError, match="imports datasets when it is loaded; import it insid"):
        check_plugin(plugin, name="mine")


@code(SOURCE.format(before="raise ValueError('no licence')"))
def test_a_hook_that_raises_is_seen(plugin: str) -> None:
    with pytest.raises(AssertionError, match="does not load: ValueError: no licence"):
        check_plugin(plugin, name="mine")


@code(SOURCE.format(before="").replace('"""One document."""', ""))
def test_a_component_that_breaks_a_rule_is_seen_without_settings(plugin: str) -> None:
    with pytest.raises(AssertionError, match="One has no docstring"):
        check_plugin(plugin, name="mine")


COMMAND = (
    HEAD
    + """
@hookimpl
def byeori_commands(app):
    @app.command("{name}")
    def command():
        {help}
"""
)


@code(COMMAND.format(name="run", help='"""Runs."""'))
def test_a_command_that_hides_one_of_byeoris_is_seen(plugin: str) -> None:
    with pytest.raises(AssertionError, match="command run hides one of byeori's own"):
        check_plugin(plugin, name="mine")


@code(COMMAND.format(name="filings", help="pass"))
def test_a_command_without_help_is_seen(plugin: str) -> None:
    with pytest.raises(AssertionError, match="command filings has no help"):
        check_plugin(plugin, name="mine")


RECIPES = HEAD + "@hookimpl\ndef byeori_recipes():\n    return [Path(HERE) / 'small.yaml']\n"
RECIPE = """# byeori run mine/small
name: small
base_model: {path: builtin:tiny}
documents: [{use: jsonl, path: not-there.jsonl}]
examples: [{use: templates, templates: [{instruction: a, output: b}]}]
tuning: [{use: lora, max_steps: 1}]
evaluators: [{use: generated-answers}]
"""


@code(RECIPES)
def test_a_recipe_may_wait_for_data_but_not_for_anything_else(plugin: str, tmp_path: Path) -> None:
    recipe = tmp_path / "small.yaml"
    with pytest.raises(AssertionError, match="recipe mine/small is not there"):
        check_plugin(plugin, name="mine")
    recipe.write_text(RECIPE)
    check_plugin(plugin, name="mine")
    recipe.write_text(RECIPE.partition("\n")[2])
    with pytest.raises(AssertionError, match="opens without a comment"):
        check_plugin(plugin, name="mine")
    recipe.write_text(RECIPE.replace("use: lora", "use: lorra"))
    with pytest.raises(AssertionError, match=r"cannot run: .*small\.yaml:6:.*did you mean 'lora'"):
        check_plugin(plugin, name="mine")


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("{{ question }}", "cannot be filled: 'question' is undefined; use system, history"),
        ("{{ instruction", "cannot be filled"),
        ("{{ instruction }}\n{{ input }}", "leaves out 'a system message'"),
        ("{{ system }}{{ instruction }}{{ input }}", "leaves out 'an earlier question'"),
    ],
)
def test_a_template_that_cannot_show_a_prompt_is_seen(source: str, message: str) -> None:
    with pytest.raises(AssertionError, match=message):
        check_template(PromptTemplate(name="mine", template=source))
