"""Each rule for tuning methods and evaluators is seen where it is broken."""

import dataclasses
import itertools
import math
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from byeori import Config, Evaluator, Item, ModelRef, PromptTemplate, Score, TuningMethod
from byeori.models import local_folder
from byeori.testing import SpeechlessModel, check_evaluator, check_tuning_method

COUNTER = itertools.count()


class Copy(TuningMethod[Config]):
    """Writes the base again, whole: it is tuned in form only."""

    name = "copy"

    def tune(self, model: ModelRef, data: Any, context: Any) -> Any:
        folder = context.output / "model"
        shutil.copytree(local_folder(model), folder)
        return dataclasses.replace(model, merged_path=str(folder))


def tuned(tune: Callable[..., Any]) -> Any:
    """A method that does `tune(copied, model, data, context)` after copying the base."""

    def whole(self: Any, model: ModelRef, data: Any, context: Any) -> Any:
        return tune(Copy.tune(self, model, data, context), model, data, context)

    return type("Changed", (Copy,), {"__doc__": "Says what it does.", "tune": whole})


def breaks(check: Any, cls: Any, message: str, **arguments: Any) -> None:
    with pytest.raises(AssertionError, match=message):
        check(cls, **arguments)


def test_a_method_that_breaks_nothing_passes() -> None:
    check_tuning_method(Copy)


@pytest.mark.parametrize(
    ("result", "message"),
    [
        (lambda copied, model: None, "returns NoneType; return a byeori.ModelRef"),
        (lambda copied, model: model, "returns the model it was given"),
        (
            lambda copied, model: dataclasses.replace(copied, base="other"),
            "changes the reference's base",
        ),
        (
            lambda copied, model: dataclasses.replace(copied, template=PromptTemplate(name="new")),
            "changes the reference's template",
        ),
        (
            lambda copied, model: dataclasses.replace(copied, base_fingerprint=""),
            "changes base_fingerprint",
        ),
    ],
)
def test_a_reference_that_leads_astray_is_seen(result: Any, message: str) -> None:
    breaks(check_tuning_method, tuned(lambda copied, model, *_: result(copied, model)), message)


def test_a_model_written_elsewhere_is_seen(tmp_path: Path) -> None:
    def moved(copied: ModelRef, model: Any, data: Any, context: Any) -> ModelRef:
        shutil.copytree(copied.merged_path or "", tmp_path / "model", dirs_exist_ok=True)
        return dataclasses.replace(copied, merged_path=str(tmp_path / "model"))

    breaks(check_tuning_method, tuned(moved), "write it below context.output")


@pytest.mark.parametrize(
    "where", ["log.txt", "../beside.txt"], ids=["working directory", "beside the output"]
)
def test_a_file_left_elsewhere_is_seen(where: str) -> None:
    def leaving(copied: ModelRef, model: Any, data: Any, context: Any) -> ModelRef:
        folder = context.output if where.startswith("..") else Path()
        (folder / where).write_text("left over")
        return copied

    breaks(check_tuning_method, tuned(leaving), f"writes to .*{Path(where).name}; write below")


def test_a_file_left_in_a_users_folder_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # pytest's folders lie where temporary files may be written, so that place is moved away.
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))

    def leaving(copied: ModelRef, *_: Any) -> ModelRef:
        (tmp_path / "notes.txt").write_text("left over")
        return copied

    breaks(check_tuning_method, tuned(leaving), "writes to .*notes.txt")


@pytest.mark.parametrize(
    "content",
    [lambda context: str(next(COUNTER)), lambda context: str(context.output)],
    ids=["another each time", "its own path"],
)
def test_bytes_that_are_not_the_same_twice_are_seen(content: Any) -> None:
    def noting(copied: ModelRef, model: Any, data: Any, context: Any) -> ModelRef:
        (context.output / "notes.txt").write_text(content(context))
        return copied

    breaks(check_tuning_method, tuned(noting), "other bytes the second time: notes.txt; seed")


def test_a_model_that_does_not_load_is_seen() -> None:
    def cutting(copied: ModelRef, *_: Any) -> ModelRef:
        weights = Path(copied.merged_path or "") / "model.safetensors"
        os.truncate(weights, weights.stat().st_size // 2)
        return copied

    breaks(check_tuning_method, tuned(cutting), "cannot be used once the stage is done.*safetens")


def test_a_model_that_only_loads_where_it_was_made_is_seen() -> None:
    def linking(copied: ModelRef, *_: Any) -> ModelRef:
        weights = Path(copied.merged_path or "") / "model.safetensors"
        weights.rename(weights.with_name("kept.safetensors"))
        weights.symlink_to(weights.with_name("kept.safetensors"))  # an absolute path
        return copied

    breaks(check_tuning_method, tuned(linking), "cannot be used once the stage is done: .*No such file")


def test_a_model_gone_to_nan_is_seen() -> None:
    def spoiling(copied: ModelRef, *_: Any) -> ModelRef:
        from safetensors.torch import load_file, save_file

        weights = Path(copied.merged_path or "") / "model.safetensors"
        spoilt = {name: tensor * math.nan for name, tensor in load_file(weights).items()}
        save_file(spoilt, weights, metadata={"format": "pt"})
        return copied

    breaks(check_tuning_method, tuned(spoiling), "answers are not finite")


def test_a_method_that_changes_its_examples_is_seen() -> None:
    def changing(copied: ModelRef, model: Any, data: Any, context: Any) -> ModelRef:
        data.train.pop()
        return copied

    breaks(check_tuning_method, tuned(changing), "changes the examples")


class Length(Evaluator[Config]):
    """Scores an answer by its length, and not at all where the choices have no likelihood."""

    name = "length"

    def items(self, data: Any, context: Any) -> Any:
        return [Item(instruction=row.instruction, reference=row.output) for row in data.test]

    def score(self, model: Any, items: Sequence[Item], context: Any) -> Iterator[Score]:
        likelihoods = model.log_likelihoods(items, [[item.reference] for item in items])
        for item, (likelihood,) in zip(items, likelihoods, strict=True):
            known = math.isfinite(likelihood.total)
            yield Score(item_id=item.id, metric="nats", value=likelihood.total if known else None)


class Flat(SpeechlessModel):
    """A model whose likelihoods are all the same."""

    def log_likelihoods(self, prefixes: Any, continuations: Any) -> Any:
        rows = super().log_likelihoods(prefixes, continuations)
        return [[dataclasses.replace(one, total=-1.0) for one in row] for row in rows]


def evaluating(**attributes: object) -> Any:
    return type("Changed", (Length,), {"__doc__": "Says what it does.", **attributes})


def test_an_evaluator_that_breaks_nothing_passes_and_gives_its_scores() -> None:
    assert [score.value for score in check_evaluator(Length, model=Flat())] == [-1.0] * 24


def scoring(change: Callable[[list[Score]], list[Score]]) -> Any:
    def score(self: Any, model: Any, items: Any, context: Any) -> Iterator[Score]:
        yield from change(list(Length.score(self, model, items, context)))

    return evaluating(score=score)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda scores: [], "gives no scores"),
        (lambda scores: scores[1:], "every item once by 'nats' .23 scores of 23 items, 24 items"),
        (lambda scores: [*scores, scores[0]], "every item once by 'nats' .25 scores"),
        (lambda scores: [*scores, Score(item_id="x", metric="nats", value=1)], "every item once"),
        (
            lambda scores: [*scores, dataclasses.replace(scores[0], metric="two")],
            "every item once by 'two' .1 scores",
        ),
        (lambda scores: [dataclasses.replace(s, value=math.nan) for s in scores], "nats nan"),
        (lambda scores: [dataclasses.replace(s, value="1") for s in scores], "nats '1'"),  # type: ignore[arg-type]
        (
            lambda scores: [dataclasses.replace(s, value=next(COUNTER)) for s in scores],
            "other results the second time",
        ),
    ],
)
def test_scores_that_cannot_be_paired_are_seen(change: Any, message: str) -> None:
    breaks(check_evaluator, scoring(change), message, model=Flat())


def test_nan_for_a_model_that_fails_is_seen() -> None:
    def score(self: Any, model: Any, items: Any, context: Any) -> Iterator[Score]:
        likelihoods = model.log_likelihoods(items, [[item.reference] for item in items])
        for item, (likelihood,) in zip(items, likelihoods, strict=True):
            yield Score(item_id=item.id, metric="nats", value=likelihood.total)

    breaks(check_evaluator, evaluating(score=score), "nats nan; use .* None", model=Flat())


@pytest.mark.parametrize(
    ("items", "message"),
    [
        ([], "has no items"),
        ([Item(instruction="")], "empty `instruction`"),
        ([Item(instruction="Which?", choices=("a", "b"), answer=2)], "answer 2 and 2 choices"),
    ],
)
def test_items_that_cannot_be_asked_are_seen(items: list[Item], message: str) -> None:
    cls = evaluating(items=lambda self, data, context: items)
    breaks(check_evaluator, cls, message, model=Flat())


def test_items_that_change_are_seen() -> None:
    def items(self: Any, data: Any, context: Any) -> list[Item]:
        return [Item(instruction=f"number {next(COUNTER)}")]

    breaks(check_evaluator, evaluating(items=items), "second time", model=Flat())


def test_an_evaluator_that_changes_the_test_split_is_seen() -> None:
    def items(self: Any, data: Any, context: Any) -> list[Item]:
        data.documents[0].metadata["asked"] = True
        return [Item(instruction="one")]

    breaks(check_evaluator, evaluating(items=items), "changes the data", model=Flat())


@pytest.mark.parametrize(
    ("summarise", "message"),
    [
        (lambda self, scores: {"f1": math.nan}, "the summary f1 nan; leave it out"),
        (lambda self, scores: {"f1": next(COUNTER)}, "the same scores in two ways"),
    ],
)
def test_summaries_that_cannot_be_resampled_are_seen(summarise: Any, message: str) -> None:
    breaks(check_evaluator, evaluating(summarise=summarise), message, model=Flat())
