"""What a dry run tells of the stages that have not run: what their components do, and no more."""

import math
from collections.abc import Iterable
from typing import Any, ClassVar

import pytest

from byeori import DataError, Document, Estimate, Mistake, RecipeError
from byeori.context import Context, Silent
from byeori.estimates import exactly
from byeori.run.outlook import Outlook, outlooks
from byeori.testing import registry_of

from .conftest import Questions, Remember, Runner, plugin


class Told(Remember):
    """Tells what it was given."""

    name = "remember"
    given: ClassVar[list[tuple[str, ...]]] = []
    error: ClassVar[Exception | None] = None

    def estimate(self, model: Any, data: Any, context: Context) -> Iterable[Estimate]:
        if self.error is not None:
            raise self.error
        self.given.append(model.adapters)
        if data is None:
            return [Estimate("seconds", 1, math.inf, "at least 1 s")]
        assert {row.id for row in data.documents} >= {row.document_id for row in data.train}
        context.reject("somewhere", "for the count")
        (context.scratch / "tokens").write_text("gone afterwards")
        return [exactly("examples", len(data.train), f"{len(data.train)} examples")]


class Asks(Questions):
    """Tells how many questions it will ask."""

    def estimate(
        self, documents: Iterable[Document] | None, context: Context
    ) -> Iterable[Estimate]:
        if documents is None:
            return []
        number = sum(1 for _ in documents)
        return [exactly("calls", number, f"{number} calls")]


@pytest.fixture
def told(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> Runner:
    hooks = plugin(runner.events)
    for name, cls in (("tuning_methods", Told), ("instruction_generators", Asks)):
        setattr(hooks, f"byeori_{name}", _answering(f"byeori_{name}", cls))
    runner.registry = registry_of(test=hooks)
    monkeypatch.setattr(Told, "given", [])
    return runner


def _answering(name: str, cls: type) -> Any:
    from byeori import hookimpl

    def answer() -> list[type]:
        return [cls]

    answer.__name__ = name
    return hookimpl(answer)


def seen(runner: Runner, *options: str) -> dict[str, Outlook]:
    found = outlooks(runner.plan(*options), runner.workspace, Silent())
    return {outlook.stage: outlook for outlook in found}


def test_before_anything_has_run_it_says_what_must_run_first(told: Runner) -> None:
    found = seen(told)
    assert list(found) == ["examples.0", "one", "two"]
    assert found["examples.0"] == Outlook("examples.0", (), ("documents.0",))
    assert [e.text for e in found["one"].estimates] == ["at least 1 s"]
    assert found["one"].missing == ("documents.0", "examples.0", "examples", "items.test-recall")
    assert found["two"].assumed == "base"
    assert "one" not in found["two"].missing
    assert not told.workspace.folder.exists()


def test_with_the_data_there_a_new_setting_is_estimated_on_it(told: Runner) -> None:
    run = told.run()
    before = sorted(told.workspace.folder.rglob("*"))
    found = seen(told, "tuning.one.count=5")
    assert list(found) == ["one", "two"]
    (estimate,) = found["one"].estimates
    assert estimate.low == estimate.high == run.artifacts["training"].counts["train"]
    assert found["one"].missing == found["two"].missing == ()
    assert found["two"].assumed == "base"
    assert sorted(told.workspace.folder.rglob("*")) == before
    assert seen(told) == {}


def test_a_stage_starts_from_the_model_that_is_there(told: Runner) -> None:
    told.run()
    found = seen(told, "tuning.two.count=5")
    assert list(found) == ["two"]
    assert found["two"].assumed == ""
    (adapters,) = Told.given
    assert len(adapters) == 1


def test_a_generator_is_asked_with_the_documents_once_they_are_there(told: Runner) -> None:
    told.run()
    found = seen(told, "examples.0.count=5")
    assert [(e.name, e.low) for e in found["examples.0"].estimates] == [("calls", 18)]
    assert found["one"].missing == ("examples.0", "examples", "items.test-recall")


def test_nothing_is_told_of_a_model_whose_shape_is_made_by_a_stage_before(
    told: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Told, "keeps_shape", False)
    found = seen(told)
    assert found["two"].estimates == ()
    assert found["two"].missing == (*found["one"].missing, "one")
    assert found["two"].assumed == ""


def test_components_that_tell_nothing_are_left_out(runner: Runner) -> None:
    assert list(outlooks(runner.plan(), runner.workspace, Silent())) == []


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (DataError("no examples"), "no examples"),
        (
            RecipeError([Mistake("one.count", "too few")]),
            "tuning.one.count=5: tuning.0.count: too few",
        ),
        (ZeroDivisionError("oh"), "one (test/remember) failed: ZeroDivisionError: oh"),
    ],
)
def test_what_a_stage_would_stop_with_is_kept_and_the_others_are_told(
    told: Runner, monkeypatch: pytest.MonkeyPatch, error: Exception, message: str
) -> None:
    told.run()
    monkeypatch.setattr(Told, "error", error)
    found = seen(told, "tuning.one.count=5", "tuning.two.count=5")
    assert list(found) == ["one", "two"]
    assert message in str(found["one"].error)
    assert found["one"].as_json()["error"] == str(found["one"].error)


def test_bounds_that_are_none_are_refused() -> None:
    for low, high in ((2.0, 1.0), (-1.0, 1.0), (math.nan, 1.0), (math.inf, math.inf)):
        with pytest.raises(ValueError, match="are no bounds"):
            Estimate("seconds", low, high, "")
    open_ended = Estimate("seconds", 1.0, math.inf, "at least a second")
    assert Outlook("one", (open_ended,)).as_json()["estimates"][0]["high"] is None
