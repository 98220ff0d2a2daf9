"""Each rule that holds for every component is seen where it is broken."""

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from pydantic import ConfigDict, Field

from byeori import Config, DataSource, Document, Evaluator, TuningMethod
from byeori.testing import check_class, check_data_source

COUNTER = itertools.count()


class Empty(Config):
    """No settings."""


class WithPath(Config):
    path: Path = Field(Path("reports.txt"), description="A file.")


class Good(DataSource[Config]):
    """Two documents."""

    name = "good"
    config_model: ClassVar[type[Config]] = Empty

    def documents(self, context: Any) -> Iterator[Document]:
        yield Document(text="one")
        yield Document(text="two")


def changed(base: type[Any], **attributes: object) -> Any:
    """A subclass with some attributes replaced; it has a docstring of its own."""
    return type("Changed", (base,), {"__doc__": "Says what it does.", **attributes})


def breaks(check: Any, cls: Any, message: str, *arguments: Any) -> None:
    with pytest.raises(AssertionError, match=message):
        check(cls, *arguments)


def test_another_kind_is_seen() -> None:
    breaks(check_data_source, Evaluator, "Evaluator is not a DataSource; derive it from byeori.Da")


def test_a_missing_method_is_seen() -> None:
    class Nothing(DataSource[Config]):
        """Does nothing."""

        name = "nothing"

    breaks(check_data_source, Nothing, "does not define documents")


@pytest.mark.parametrize("name", ["Not Good", "", None, "finance/x"])
def test_a_name_that_no_recipe_could_say_is_seen(name: object) -> None:
    breaks(check_data_source, changed(Good, name=name), "has the name .* lower-case letters")


@pytest.mark.parametrize("version", ["1.0", True, 0, None])
def test_a_version_that_is_no_count_is_seen(version: object) -> None:
    breaks(check_data_source, changed(Good, version=version), "has the version .* use an int")


def test_an_inherited_docstring_is_none() -> None:
    breaks(check_data_source, type("Bare", (Good,), {}), "Bare has no docstring")


def test_settings_that_are_not_a_config_are_seen() -> None:
    breaks(check_data_source, changed(Good, config_model=dict), "derive it from byeori.Config")


def test_settings_that_can_change_are_seen() -> None:
    class Loose(Config):
        model_config = ConfigDict(frozen=False)

    breaks(check_data_source, changed(Good, config_model=Loose), "Loose is not frozen")


def test_settings_that_take_misspelt_keys_are_seen() -> None:
    class Open(Config):
        model_config = ConfigDict(extra="allow")

    breaks(check_data_source, changed(Good, config_model=Open), "Open takes unknown keys")


def test_a_setting_without_description_is_seen_however_deep() -> None:
    class Inner(Config):
        depth: int = 1

    class Outer(Config):
        parts: tuple[Inner, ...] = Field((), description="The parts.")

    breaks(
        check_data_source,
        changed(Good, config_model=Outer),
        r"Outer\.parts\.depth has no description; write Field",
    )


def test_a_setting_that_the_recipe_would_take_for_itself_is_seen() -> None:
    class Seeded(Config):
        seed: int = Field(1, description="Its own.")

    class Used(Config):
        use: str = Field("", description="Its own.")

    class Method(TuningMethod[Config]):
        """Tunes nothing."""

        name = "method"
        config_model: ClassVar[type[Config]] = Seeded

        def tune(self, model: Any, data: Any, context: Any) -> Any:
            return model

    with pytest.raises(AssertionError, match="has a setting 'seed', a key of the recipe's own"):
        check_class(Method, TuningMethod)
    breaks(check_data_source, changed(Good, config_model=Used), "has a setting 'use'")
    check_class(changed(Good, config_model=Seeded), DataSource)


def test_a_constructor_that_needs_its_file_is_seen(tmp_path: Path) -> None:
    (tmp_path / "reports.txt").write_text("there")

    def reads(self: Any, config: WithPath) -> None:
        self.config = config
        self.text = config.path.read_text()

    cls = changed(Good, config_model=WithPath, __init__=reads)
    breaks(
        check_data_source,
        cls,
        "cannot be made where its files are missing .*plans are made",
        {"path": tmp_path / "reports.txt"},
    )


def test_a_constructor_that_reads_another_file_is_seen(tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("one")

    def reads(self: Any, config: Config) -> None:
        self.config = config
        (tmp_path / "words.txt").read_text()

    breaks(check_data_source, changed(Good, __init__=reads), "I/O in its constructor .*words.txt")


def test_a_constructor_that_loses_its_config_is_seen() -> None:
    def forgets(self: Any, config: Config) -> None:
        self.config = Empty()

    breaks(check_data_source, changed(Good, __init__=forgets), "does not keep its config")


def test_settings_without_a_lasting_identity_are_seen() -> None:
    class Drifting(Config):
        stamp: int = Field(default_factory=lambda: next(COUNTER), description="Ever new.")

    breaks(check_data_source, changed(Good, config_model=Drifting), "differ each time")
