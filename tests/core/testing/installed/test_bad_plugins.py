"""Plugins seeded with one fault each: `byeori test-plugin` says what is wrong and what to do."""

import importlib
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from byeori.plugins import Plugin, Registry
from byeori.testing import registry_of
from byeori.testing.installed import suite
from byeori.testing.installed.outcome import Check
from byeori.testing.installed.suite import check_installed

HEAD = '''
"""A plugin with a fault."""
import itertools, json, random, socket
from importlib.resources import files
from byeori import *

class Rows(DataSource[Config]):
    """Five rows."""
    name = "rows"
    def documents(self, context):
        for n in range(5):
            yield Document(text=f"Row {n}.", title=str(n), language="en", metadata={"n": n})

class Questions(InstructionGenerator[Config]):
    """Asks for the number of each row."""
    name = "questions"
    def examples(self, documents, context):
        for document in documents:
            yield Example(
                instruction=f"Which number has {document.title}?", output=document.title,
                document_id=document.id,
            )

class Answers(Evaluator[Config]):
    """Scores every item with 1."""
    name = "answers"
    def items(self, data, context):
        return map(Item.of, data.test)
    def score(self, model, items, context):
        for item in items:
            yield Score(item_id=item.id, metric="right", value=1.0)

@hookimpl
def byeori_data_sources(): return [Rows]
@hookimpl
def byeori_instruction_generators(): return [Questions]
'''
SCORES = "@hookimpl\ndef byeori_evaluators(): return [Answers]\n"

Seeded = Callable[[str], tuple[Plugin, Registry]]


@pytest.fixture
def seeded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Seeded]:
    """Makes a plugin of the good one and a fault, as if it were installed as `bad`."""
    monkeypatch.syspath_prepend(tmp_path)

    def make(fault: str) -> tuple[Plugin, Registry]:
        (tmp_path / "byeori_bad.py").write_text(HEAD + fault, encoding="utf-8")
        registry = registry_of(bad=importlib.import_module("byeori_bad"))
        plugin = registry.plugin("bad")
        assert plugin is not None
        return replace(plugin, target="byeori_bad"), registry

    yield make
    sys.modules.pop("byeori_bad", None)


def results(made: tuple[Plugin, Registry]) -> dict[str, Check]:
    return {f"{check.kind} {check.name}": check for check in check_installed(*made)}


def test_the_good_plugin_passes_every_check(seeded: Seeded) -> None:
    found = results(seeded(SCORES))
    assert list(found) == [
        "plugin bad", "import byeori_bad", "source bad/rows", "generator bad/questions",
        "evaluator bad/answers", "commands bad",
    ]  # fmt: skip
    assert {check.state for check in found.values()} == {"passed"}


FAULTS = {
    "raises in its constructor": (
        "def broken(self, config): raise RuntimeError('no licence')\nRows.__init__ = broken",
        "source bad/rows",
        "cannot be made where its files are missing (RuntimeError: no licence); do that in its",
    ),
    "opens a file in its constructor": (
        "def broken(self, config): self.config = config; open('/dev/null').close()\n"
        "Rows.__init__ = broken",
        "source bad/rows",
        "does I/O in its constructor (open /dev/null); do that in its method",
    ),
    "asks a server in its constructor": (
        "def broken(self, config): socket.create_connection(('192.0.2.1', 80))\n"
        "Rows.__init__ = broken",
        "source bad/rows",
        "NetworkUsedError: it asks 192.0.2.1",
    ),
    "gives other rows each time": (
        "def broken(self, context):\n"
        "    yield Document(text=f'Row {random.random()}.')\n"
        "Rows.documents = broken",
        "source bad/rows",
        "gives other results the second time",
    ),
    "changes what it is given": (
        "good = Questions.examples\n"
        "def broken(self, documents, context):\n"
        "    documents = list(documents)\n"
        "    for document in documents: document.metadata['seen'] = True\n"
        "    yield from good(self, documents, context)\n"
        "Questions.examples = broken",
        "generator bad/questions",
        "changes the documents it is given; copy a document's metadata first",
    ),
    "yields rows of another type": (
        "def broken(self, context): yield {'text': 'Row.'}\nRows.documents = broken",
        "source bad/rows",
        "yielded dict; it must yield Document rows",
    ),
    "yields metadata that is no JSON": (
        "def broken(self, context): yield Document(text='Row.', metadata={'at': Config()})\n"
        "Rows.documents = broken",
        "source bad/rows",
        "whose `metadata` is not usable: Object of type Config is not JSON serializable",
    ),
    "raises on the way": (
        "def broken(self, documents, context): raise KeyError('price')\n"
        "Questions.examples = broken",
        "generator bad/questions",
        "raises KeyError: 'price' at ",
    ),
    "ends the process": (
        "def broken(self, documents, context): raise SystemExit(3)\nQuestions.examples = broken",
        "generator bad/questions",
        "raises SystemExit: 3",
    ),
    "scores some items only": (
        SCORES + "good = Answers.score\n"
        "Answers.score = lambda self, model, items, context: good(self, model, items[1:], context)",
        "evaluator bad/answers",
        "does not score every item once by 'right'",
    ),
    "says nothing of a setting": (
        "class Settings(Config):\n    most: int = 3\nQuestions.config_model = Settings",
        "generator bad/questions",
        "Settings.most has no description; write Field(",
    ),
    "ships a recipe that is none": (
        "import pathlib\n"
        "@hookimpl\n"
        "def byeori_recipes():\n"
        "    path = pathlib.Path(__file__).with_name('first.yaml')\n"
        "    path.write_text('# byeori run bad/first\\nname: first\\n')\n"
        "    return [path]",
        "recipe bad/first",
        "recipe bad/first cannot run:",
    ),
    "ships a rubric that is none": (
        "import pathlib\n"
        "@hookimpl\n"
        "def byeori_rubrics():\n"
        "    path = pathlib.Path(__file__).with_name('style.yaml')\n"
        "    path.write_text('scales: 3\\n')\n"
        "    return [path]",
        "rubric bad/style",
        "rubric bad/style is none:",
    ),
    "hides what a prompt is given": (
        "@hookimpl\n"
        "def byeori_prompt_templates():\n"
        "    return [PromptTemplate(name='short', template='{{ instruction }}')]",
        "prompt bad/short",
        "leaves out 'a system message'; show every part that is not empty",
    ),
    "hides a command": (
        "import click\n"
        "@hookimpl\n"
        "def byeori_commands(app):\n"
        "    app.add_command(click.Command('run', help='Mine.'))",
        "commands bad",
        "command run hides one of byeori's own",
    ),
}


@pytest.mark.parametrize(("fault", "where", "said"), FAULTS.values(), ids=FAULTS)
def test_the_fault_is_found_and_nothing_else(
    seeded: Seeded, monkeypatch: pytest.MonkeyPatch, fault: str, where: str, said: str
) -> None:
    # How it is loaded has tests of its own, and takes a process each time.
    monkeypatch.setattr(suite, "check_import", lambda module: None)
    found = results(seeded(fault))
    assert found[where].state == "failed"
    assert said in found[where].message
    failed = [name for name, check in found.items() if check.state == "failed"]
    assert failed == [where]


def test_a_server_that_is_asked_when_the_module_is_loaded_is_named(seeded: Seeded) -> None:
    # Caught by the plugin, so that it loads all the same: after a while, where there is no network.
    fault = (
        "try:\n    socket.create_connection(('192.0.2.1', 80), timeout=0.01)\n"
        "except BaseException: pass"
    )
    found = results(seeded(fault))
    assert found["import byeori_bad"].message.startswith(
        "plugin byeori_bad asks 192.0.2.1 when it is loaded; ask for it in the methods"
    )


def test_what_is_heavy_and_loaded_with_the_module_is_named(seeded: Seeded) -> None:
    found = results(seeded("import datasets"))
    assert "imports datasets when it is loaded" in found["import byeori_bad"].message


def test_a_module_that_cannot_be_loaded_is_all_that_is_checked(
    seeded: Seeded, tmp_path: Path
) -> None:
    plugin, registry = seeded("")
    (tmp_path / "byeori_bad.py").write_text("raise ImportError('no chemistry')")
    broken = replace(plugin, error="ImportError: no chemistry", components=())
    found = results((broken, registry))
    assert list(found) == ["plugin bad", "import byeori_bad"]
    assert "does not load: ImportError: no chemistry" in found["plugin bad"].message
    assert "ImportError: no chemistry" in found["import byeori_bad"].message


def test_a_source_that_asks_the_network_is_not_run_and_says_which_host(seeded: Seeded) -> None:
    fault = (
        "def asks(self, context):\n"
        "    while True:\n"
        "        try:\n"
        "            socket.getaddrinfo('example.org', 443)\n"
        "        except Exception: continue\n"  # tries again for ever
        "        yield\n"
        "Rows.documents = asks"
    )
    check = results(seeded(fault))["source bad/rows"]
    assert (check.state, check.message) == (
        "not run",
        "it asks example.org, and checks use no network",
    )


def test_what_needs_settings_is_not_run_and_says_which(seeded: Seeded) -> None:
    fault = (
        "from pydantic import Field\n"
        "class Settings(Config):\n"
        "    path: str = Field(description='Which.')\n"
        "Rows.config_model = Settings"
    )
    check = results(seeded(fault))["source bad/rows"]
    assert check.state == "not run"
    assert check.message == (
        "needs settings (`path`); name settings for it in a file, with --settings FILE"
    )
