"""A layout that a model cannot take is said, recorded, and refused where it was asked for."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from byeori import Context, ModelRef, RecipeError, TuningData
from byeori_plugins.tuning.batches.layout import Layout

Make = Callable[..., Any]


@pytest.fixture
def sees_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    """Attention that does as if every token saw every other: the comparison must find it."""
    monkeypatch.setattr(Layout, "visible", lambda self, q, k, w=None: (q >= 0) & (k >= 0))


def record(context: Context) -> dict[str, Any]:
    return dict(json.loads((context.output / "training.json").read_text()))


def test_the_record_says_how_batches_were_laid_out(
    make_method: Make, ref: ModelRef, data: TuningData, context_in: Make
) -> None:
    for wanted, kind in (("auto", "shared"), ("packed", "packed"), ("padded", "padded")):
        context = context_in(wanted)
        make_method("lora", layout=wanted).tune(ref, data, context)
        assert record(context)["layout"] == kind
        assert "layout_reason" not in record(context)


@pytest.mark.usefixtures("sees_everything")
def test_what_a_model_cannot_take_is_left_out_and_said(
    make_method: Make, ref: ModelRef, data: TuningData, context: Context
) -> None:
    make_method("lora").tune(ref, data, context)
    assert record(context)["layout"] == "padded"
    assert "its logits are others than in separate rows" in record(context)["layout_reason"]


@pytest.mark.usefixtures("sees_everything")
def test_a_layout_that_was_asked_for_and_cannot_be_had_is_refused(
    make_method: Make, ref: ModelRef, data: TuningData, context: Context
) -> None:
    with pytest.raises(RecipeError, match="its logits are others than") as error:
        make_method("lora", layout="shared").tune(ref, data, context)
    (mistake,) = error.value.mistakes
    assert mistake.path == "lora.layout"
    assert "set layout: auto or padded" in mistake.message
    assert not list(context.output.iterdir())
