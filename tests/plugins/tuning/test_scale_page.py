"""The numbers of docs/scale.md are those of the functions that are tested elsewhere."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from byeori_plugins.tuning import FullConfig
from byeori_plugins.tuning.batches import head
from byeori_plugins.tuning.distributed.config import NAMES, Distributed
from byeori_plugins.tuning.distributed.memory import PAPER, Held, held
from byeori_plugins.tuning.estimates.planned import planned_activations
from byeori_plugins.tuning.estimates.work import Size, Work, flops, size_of
from byeori_plugins.tuning.training.process import quiet

PAGE = (Path(__file__).parents[3] / "docs/scale.md").read_text(encoding="utf-8")
FLAT = " ".join(PAGE.split())
GB = 1e9
ACCELERATORS, PEAK = 24, 989e12  # H200: dense bfloat16 operations a second, by NVIDIA
MEAN_LENGTH, LEARNT_SHARE = 1000, 0.3  # assumed on the page


def recipe() -> dict[str, Any]:
    block = PAGE.split("```yaml\nname: koni")[1].split("```")[0]
    loaded: dict[str, Any] = YAML(typ="safe").load("name: koni" + block)
    return loaded


def config() -> Any:
    from transformers import AutoConfig

    return AutoConfig.for_model(
        "gemma3_text",
        vocab_size=262_208,
        hidden_size=2560,
        intermediate_size=10_240,
        num_hidden_layers=34,
        num_attention_heads=8,
        num_key_value_heads=4,
        head_dim=256,
    )


@cache
def size() -> tuple[int, Size]:
    """Weights of the model, and of its matrices."""
    import torch
    from transformers import AutoModelForCausalLM

    auto: Any = AutoModelForCausalLM
    with torch.device("meta"), quiet():
        model = auto.from_config(config())
    return sum(weight.numel() for weight in model.parameters()), size_of(model)


def cells(found: Held) -> list[float]:
    parts = [found.weights, found.gradients, found.states, found.copies, found.buffers]
    return [*parts, found.accelerator, found.host]


def row(name: str, numbers: list[float]) -> str:
    return f"| {name} | " + " | ".join(f"{number / GB:.1f}" for number in numbers) + " |"


def memory_rows() -> Iterator[str]:
    weights, _ = size()
    for name in NAMES:
        spread = Distributed.model_validate(name)
        yield row(f"`{name}`", cells(held(spread, ACCELERATORS, weights, low_precision=True)))


def paper_row() -> str:
    weights, _ = size()
    spreads = [Distributed.model_validate(name) for name in NAMES[:4]]
    return row("2 + 2 + 12", [held(s, ACCELERATORS, weights, sizes=PAPER).model for s in spreads])


def activation_rows() -> Iterator[str]:
    depth = config().num_hidden_layers
    found = [
        planned_activations(config(), low_precision=True, checkpointing=c) for c in (False, True)
    ]
    for tokens in (4096, 8192, 16_384, 32_768):
        numbers = [activations.of(tokens, depth) for activations in found]
        yield row(f"{tokens:,}", numbers)


def hours_row(utilisation: float) -> str:
    tokens = 10**9
    work = Work(
        examples=tokens // MEAN_LENGTH,
        tokens=tokens,
        supervised=int(tokens * LEARNT_SHARE),
        computed=1.0,
        padding=0.0,
        pairs=MEAN_LENGTH / 2,
        largest=((0,), MEAN_LENGTH),
        steps=1,
    )
    hours = [
        flops(work, size()[1], checkpointing=c) / (ACCELERATORS * PEAK * utilisation) / 3600
        for c in (False, True)
    ]
    return f"| {utilisation:.0%} | " + " | ".join(f"{hour:.2f}" for hour in hours) + " |"


def test_the_memory_of_each_strategy_is_on_the_page() -> None:
    missing = [line for line in [*memory_rows(), paper_row()] if line not in PAGE]
    assert not missing, "these lines belong there:\n" + "\n".join(missing)


def test_the_activations_are_on_the_page() -> None:
    with quiet():
        missing = [line for line in activation_rows() if line not in PAGE]
    assert not missing, "these lines belong there:\n" + "\n".join(missing)


def test_weights_operations_and_hours_are_on_the_page() -> None:
    weights, matrices = size()
    rows = max(head._LEAST_ROWS, head._LOGITS_AT_ONCE // config().vocab_size)
    logits = rows * config().vocab_size * (2 + 4 + 4 + 2)  # bfloat16 and float32, and gradients
    expected = [
        f"{weights:,} weights",
        f"{matrices.layers:,} in matrices of layers",
        f"{logits / GB:.1f} GB for logits",
        *map(hours_row, (0.3, 0.4, 0.5)),
    ]
    missing = [line for line in expected if line not in PAGE]
    assert not missing, "these lines belong there:\n" + "\n".join(missing)


def test_the_batch_of_the_recipe_is_as_the_page_says() -> None:
    (stage,) = recipe()["tuning"]
    settings = {k: v for k, v in stage.items() if k not in ("use", "id")}
    tuning = FullConfig.model_validate(settings)
    assert tuning.distributed is not None
    processes = tuning.distributed.machines * (tuning.distributed.processes or 0)
    assert processes == ACCELERATORS
    each = tuning.batch_size // processes
    assert tuning.batch_size == processes * each
    assert f"{tuning.batch_size} examples, {each} for each of {processes} processes" in FLAT
    assert f"{tuning.batch_size * MEAN_LENGTH:,} tokens" in FLAT
    assert f"{tuning.micro_batch_tokens:,} tokens at once" in FLAT
    assert each * MEAN_LENGTH < (tuning.micro_batch_tokens or 0)  # one micro-batch
    assert tuning.cannot_share(processes) == ""


def test_all_parts_fit_into_the_memory_of_an_h200() -> None:
    weights, _ = size()
    (stage,) = recipe()["tuning"]
    found = held(Distributed.model_validate("zero-2"), ACCELERATORS, weights, low_precision=True)
    with quiet():
        activations = planned_activations(
            config(), low_precision=True, checkpointing=stage.get("gradient_checkpointing", False)
        )
    tokens = stage["micro_batch_tokens"]
    assert tokens >= stage["max_length"]
    together = found.accelerator + activations.of(tokens, config().num_hidden_layers)
    assert together < 0.9 * 141 * GB
    assert f"{together / GB:.0f} GB of 141" in FLAT
