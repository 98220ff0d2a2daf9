"""Methods one after the other: each on the merged result of those before it, or going on."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from byeori import Context, DataError, ModelRef, RecipeError, TuningData
from byeori.models import load
from byeori_plugins.tuning import IA3, Full, LlamaAdapter, Lora
from byeori_plugins.tuning.merging.config import MergeConfig
from byeori_plugins.tuning.merging.merge import Merge

Make = Callable[..., Any]
pytestmark = pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing`:FutureWarning")
SHORT = {"max_steps": 3, "learning_rate": 1e-2, "batch_size": 4, "micro_batch_size": 2}
NOTHING = 1e-30
"""A learning rate that changes no float32."""


def made(cls: Any, **settings: object) -> Any:
    return cls(cls.config_model.model_validate({**SHORT, **settings}))


def saved(ref: ModelRef) -> dict[str, torch.Tensor]:
    return load_file(Path(ref.adapters[-1]) / "adapter_model.safetensors")


@pytest.fixture
def base(family_folder: Make, ref: ModelRef) -> ModelRef:
    return ModelRef(base=str(family_folder("llama")), template=ref.template)


def lora_applied(state: dict[str, torch.Tensor], ref: ModelRef, scale: float) -> None:
    factors = {name: weight.double() for name, weight in saved(ref).items()}
    for name in [name for name in factors if name.endswith("lora_A.weight")]:
        layer = name.removeprefix("base_model.model.").removesuffix(".lora_A.weight")
        up = factors[name.replace("lora_A", "lora_B")]
        state[f"{layer}.weight"] = state[f"{layer}.weight"] + scale * up @ factors[name]


def scales_applied(state: dict[str, torch.Tensor], ref: ModelRef) -> None:
    for name, scale in saved(ref).items():
        layer = name.removeprefix("base_model.model.").removesuffix(".ia3_l")
        state[f"{layer}.weight"] = state[f"{layer}.weight"] * scale.double()
        if f"{layer}.bias" in state and scale.shape[1] == 1:
            state[f"{layer}.bias"] = state[f"{layer}.bias"] * scale.double().flatten()


@pytest.mark.parametrize("family", ["llama", "gpt_neox"])
def test_full_then_lora_then_ia3_is_the_product_that_arithmetic_says(
    family: str, family_folder: Make, ref: ModelRef, data: TuningData, context_in: Make
) -> None:
    base = ModelRef(base=str(family_folder(family)), template=ref.template)
    whole = made(Full, max_steps=2).tune(base, data, context_in("whole"))
    low = made(Lora, r=4, alpha=6).tune(whole, data, context_in("low"))
    last = made(IA3).tune(low, data, context_in("last"))
    assert last.merged_path == whole.merged_path
    assert last.adapters == (*low.adapters, last.adapters[-1])
    reference = load(whole, dtype="float64").model
    state = reference.state_dict()
    lora_applied(state, low, 6 / 4)
    scales_applied(state, last)
    reference.load_state_dict(state)
    ids = torch.arange(2, 40)[None]
    with torch.no_grad():
        expected, found = reference(ids).logits, load(last, dtype="float64").model(ids).logits
        before, single = load(low, dtype="float64").model, load(last, dtype="float32").model
        torch.testing.assert_close(found, expected, rtol=1e-9, atol=1e-9)
        assert torch.equal(single(ids).logits.argmax(-1), found.argmax(-1))
        assert (before(ids).logits - found).abs().max() > 1e-4


@pytest.mark.parametrize(
    ("cls", "settings"),
    [
        (Lora, {"r": 4, "dropout": 0.1}),
        (Lora, {"r": 4, "rslora": True, "bias": "lora_only"}),
        (Lora, {"r": 4, "dora": True, "targets": ["q_proj"]}),
        (IA3, {}),
        (LlamaAdapter, {"adapter_len": 3}),
    ],
    ids=["lora", "rslora with biases", "dora", "ia3", "llama-adapter"],
)
def test_a_kept_adapter_is_trained_on_from_where_it_is(
    cls: Any, settings: dict[str, Any], base: ModelRef, data: TuningData, context_in: Make
) -> None:
    first = made(cls, **settings).tune(base, data, context_in("first"))
    same = {**settings, "continue_adapter": True}
    still = made(cls, **same, learning_rate=NOTHING).tune(first, data, context_in("still"))
    start, end = saved(first), saved(still)
    assert start.keys() == end.keys()
    assert all(torch.equal(start[name], end[name]) for name in start)
    further = made(cls, **same).tune(first, data, context_in("further"))
    assert len(further.adapters) == 1 and further.adapters != first.adapters
    assert any(not torch.equal(weight, start[name]) for name, weight in saved(further).items())
    load(further)


def test_a_kept_adapter_is_trained_on_above_those_before_it_and_may_be_a_merged_one(
    base: ModelRef, data: TuningData, context_in: Make
) -> None:
    below = made(IA3).tune(base, data, context_in("below"))
    pair = tuple(made(Lora, r=r).tune(below, data, context_in(f"r{r}")) for r in (2, 3))
    given = TuningData(data.train, data.validation, data.documents, pair)
    merged = Merge(MergeConfig(method="cat")).tune(base, given, context_in("merged"))
    method = made(Lora, r=5, alpha=5, continue_adapter=True)
    result = method.tune(merged, data, context_in("further"))
    assert result.adapters[:-1] == merged.adapters[:-1] == below.adapters
    load(result)


def test_a_run_that_was_killed_goes_on_to_the_same_bytes(
    base: ModelRef,
    data: TuningData,
    context_in: Make,
    folder_bytes: Make,
    interrupted_at: Make,
) -> None:
    first = made(Lora, r=4).tune(base, data, context_in("first"))
    settings = {"r": 4, "dropout": 0.1, "continue_adapter": True, "max_steps": 4}
    whole, cut = context_in("whole"), context_in("cut")
    made(Lora, **settings).tune(first, data, whole)
    interrupted_at(2, made(Lora, **settings), first, data, cut)
    made(Lora, **settings).tune(first, data, cut)
    assert folder_bytes(cut.output) == folder_bytes(whole.output)


def mistakes(method: Any, ref: ModelRef, data: TuningData, context: Context) -> list[str]:
    with pytest.raises(RecipeError) as error:
        method.tune(ref, data, context)
    return [f"{mistake.path}: {mistake.message}" for mistake in error.value.mistakes]


def test_an_adapter_of_another_shape_is_refused_setting_by_setting(
    base: ModelRef, data: TuningData, context_in: Make
) -> None:
    first = made(Lora, r=4, targets=["q_proj"]).tune(base, data, context_in("first"))
    other = made(Lora, r=8, targets=["v_proj"], rslora=True, continue_adapter=True)
    assert mistakes(other, first, data, context_in("other")) == [
        "lora.r: 8, but the adapter that is continued has 4",
        "lora.rslora: True, but the adapter that is continued has False",
        "lora.targets: ['v_proj'], but the adapter that is continued has ['q_proj']",
    ]
    ia3 = made(IA3, continue_adapter=True)
    assert mistakes(ia3, first, data, context_in("ia3")) == [
        "lora.use: the adapter that is continued is of kind LORA, not IA3"
    ]


def test_where_there_is_no_adapter_to_continue_it_is_said(
    base: ModelRef, data: TuningData, context_in: Make
) -> None:
    whole = made(Full).tune(base, data, context_in("whole"))
    (text,) = mistakes(made(IA3, continue_adapter=True), whole, data, context_in("ia3"))
    assert text.startswith("lora.continue_adapter: the model of `from:` ends in no adapter")
    with pytest.raises(ValueError, match="remove init"):
        made(Lora, init="pissa", continue_adapter=True)


def test_an_adapter_of_another_base_is_not_continued(
    base: ModelRef, ref: ModelRef, data: TuningData, context_in: Make
) -> None:
    first = made(IA3).tune(base, data, context_in("first"))
    moved = ModelRef(base=ref.base, template=ref.template, adapters=first.adapters)
    with pytest.raises(DataError, match="it was trained on the base"):
        made(IA3, continue_adapter=True).tune(moved, data, context_in("moved"))
