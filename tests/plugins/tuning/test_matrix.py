"""Every method on every family of models: trained, interrupted, resumed, saved, loaded, merged."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch

from byeori import Context, ModelRef, RecipeError, TuningData
from byeori.models import load
from byeori_plugins.tuning import IA3, Full, LlamaAdapter, Lora, Together
from byeori_plugins.tuning.method import SupervisedTuning

Make = Callable[..., Any]
FAMILIES = ("llama", "mistral", "qwen3", "gemma3_text", "gpt_neox", "bloom")
ROOT = Path(__file__).parents[3]
NAMES = {  # a layer for LoRA, one for IA3, and whether that one leads out of the MLP
    "gpt_neox": ("query_key_value", "dense_4h_to_h"),
    "bloom": ("query_key_value", "dense_4h_to_h"),
}


@dataclass(frozen=True)
class Case:
    """A row of the matrix.

    Attributes:
        method: the class.
        settings: what makes it this row.
        families: where it works; elsewhere it is refused.
        exact: how far the loaded model may be from the trained one, in float64, or None where it
            was trained on a quantised base.
    """

    method: type[SupervisedTuning[Any]]
    settings: dict[str, Any]
    families: tuple[str, ...] = FAMILIES
    exact: float | None = 1e-9


CASES = {
    "LoRA": Case(Lora, {}),
    "LoRA, rank-stabilised": Case(Lora, {"rslora": True}),
    "LoRA, DoRA": Case(Lora, {"dora": True}, exact=1e-6),
    "LoRA, from PiSSA": Case(Lora, {"init": "pissa"}, exact=1e-4),
    "LoRA, from OLoRA": Case(Lora, {"init": "olora"}, exact=1e-4),
    "LoRA, from EVA": Case(Lora, {"init": "eva"}),
    "LoRA, 8-bit base": Case(Lora, {"quantise": "int8"}, exact=None),
    "LoRA, 4-bit base (QLoRA)": Case(Lora, {"quantise": "nf4"}, exact=None),
    "IA3": Case(IA3, {}),
    "LLaMA-Adapter": Case(LlamaAdapter, {"adapter_len": 3}, ("llama", "mistral")),
    "LoRA and IA3 at once": Case(Together, {"parts": None}),
    "full": Case(Full, {}),
}
WORKS = [(row, family) for row, case in CASES.items() for family in case.families]
REFUSED = [(row, f) for row, case in CASES.items() for f in FAMILIES if f not in case.families]


def method_of(row: str, family: str, checkpoints: int = 0) -> Any:
    case, (low, scaled) = CASES[row], NAMES.get(family, ("q_proj", "down_proj"))
    settings = dict(case.settings)
    if "parts" in settings:
        ia3 = {"method": "ia3", "targets": [scaled], "feedforward": [scaled]}
        settings["parts"] = [{"method": "lora", "r": 4, "targets": [low]}, ia3]
    elif case.method is Lora:
        settings |= {"r": 4, "alpha": 8}
    settings |= {"max_steps": 3, "evaluations": 1, "checkpoints": checkpoints}
    settings |= {"learning_rate": 2e-2, "batch_size": 4, "micro_batch_size": 2}
    return case.method(case.method.config_model.model_validate(settings))


def logits(model: Any) -> torch.Tensor:
    with torch.no_grad():
        return model(torch.arange(2, 40)[None]).logits


def beside(base: ModelRef, result: ModelRef) -> torch.Tensor:
    """Logits in float64 of the base with the adapter beside its weights, by peft alone."""
    from peft import PeftModel

    model = load(base, dtype="float64").model
    (folder,) = result.adapters
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "`is_gradient_checkpointing`", FutureWarning)
        attached = PeftModel.from_pretrained(model, folder, autocast_adapter_dtype=False)
    return logits(attached.double().eval())


@pytest.fixture
def base(family: str, family_folder: Make, ref: ModelRef) -> ModelRef:
    return ModelRef(base=str(family_folder(family)), template=ref.template)


@pytest.mark.parametrize(("row", "family"), WORKS)
def test_it_trains_resumes_saves_loads_and_merges(
    row: str,
    family: str,
    base: ModelRef,
    data: TuningData,
    context_in: Make,
    folder_bytes: Make,
    interrupted_at: Make,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole, cut = context_in("whole"), context_in("cut")
    live = []
    save = CASES[row].method.save

    def kept(self: Any, model: Any, *args: Any) -> ModelRef:
        reference: ModelRef = save(self, model, *args)
        live.append(model)
        return reference

    with monkeypatch.context() as patch:
        patch.setattr(CASES[row].method, "save", kept)
        result = method_of(row, family).tune(base, data, whole)
    interrupted_at(2, method_of(row, family, 3), base, data, cut)
    method_of(row, family, 3).tune(base, data, cut)
    assert folder_bytes(cut.output) == folder_bytes(whole.output)
    before = logits(load(base, dtype="float64").model)
    loaded = logits(load(result, dtype="float64").model)
    assert (loaded - before).abs().max() > 1e-4
    if len(result.adapters) == 1:
        torch.testing.assert_close(loaded, beside(base, result), rtol=1e-9, atol=1e-9)
    exact = CASES[row].exact
    if exact is not None:
        trained = logits(live[0].double().eval())
        if family == "gemma3_text":
            exact = 1e-5  # the trained one scales its embeddings by a square root in float32
        torch.testing.assert_close(loaded, trained, rtol=exact, atol=exact)
        single = logits(load(result, dtype="float32").model)
        assert torch.equal(single.argmax(-1), trained.argmax(-1))


@pytest.mark.parametrize(("row", "family"), REFUSED)
def test_where_it_does_not_work_it_is_refused_with_what_does(
    row: str, family: str, base: ModelRef, data: TuningData, context: Context
) -> None:
    with pytest.raises(RecipeError, match="use lora"):
        method_of(row, family).tune(base, data, context)


def test_the_matrix_in_the_docs_is_the_one_that_passed() -> None:
    lines = [f"| method | {' | '.join(f'`{f}`' for f in FAMILIES)} |", f"|{' --- |' * 7}"]
    for row, case in CASES.items():
        marks = ("yes" if family in case.families else "refused" for family in FAMILIES)
        lines.append(f"| {row} | {' | '.join(marks)} |")
    assert "\n".join(lines) in (ROOT / "docs" / "methods.md").read_text(encoding="utf-8")
