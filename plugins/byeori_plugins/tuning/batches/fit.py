"""Which layout of a batch a model can take: found out by its settings and by trying."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor

from byeori_plugins.tuning.batches.head import Targets, loss_in_head
from byeori_plugins.tuning.batches.layout import Pack
from byeori_plugins.tuning.batches.switch import (
    WINDOWS,
    LayoutError,
    plain_model,
    takes_layout,
)

Kind = Literal["shared", "packed", "padded"]

_DROPOUTS = ("attention_dropout", "attn_pdrop", "attention_probs_dropout_prob", "attn_dropout")
_LAYERS = {"full_attention", "sliding_attention"}
_TOLERANCE = {torch.float64: 1e-6, torch.float32: 1e-3}
_LOW_PRECISION = 5e-2


@dataclass(frozen=True)
class Fit:
    """How a model's batches are laid out.

    Attributes:
        kind: `shared` (common beginnings once), `packed` (rows without padding) or `padded`.
        reason: why it is not what would be fastest; empty where it is.
        loss_in_head: whether the output layer can give the loss without all logits.
    """

    kind: Kind
    reason: str = ""
    loss_in_head: bool = False


def fit(model: Any, wanted: Literal["auto"] | Kind, low_precision: bool = False) -> Fit:
    """The fastest layout the model takes, of those wanted.

    The model's attention is replaced for it, and the logits of a few tokens are compared with
    those that the model gives by itself.

    Args:
        model: a transformers or peft model, on the device it will be trained on.
        wanted: a layout, or `auto` for any.
        low_precision: whether it computes in bfloat16.

    Returns:
        What it takes; with `wanted` other than `auto`, a `kind` that is not `wanted` means that
        it cannot take that.
    """
    if wanted == "padded":
        return Fit("padded")
    if reason := _never(model):
        return Fit("padded", reason)
    try:
        in_head = _try(model, low_precision)
    except (LayoutError, TypeError, ValueError, RuntimeError, AttributeError, KeyError) as error:
        return Fit("padded", f"{type(error).__name__}: {error}".splitlines()[0][:200])
    reason = _dropout(model)
    if wanted == "packed" or reason:
        return Fit("packed", reason if wanted != "packed" else "", in_head)
    return Fit("shared", "", in_head)


@contextmanager
def fitted(model: Any, found: Fit) -> Iterator[Targets | None]:
    """While the block runs, the model takes batches of the layout that was found.

    Yields:
        Where to say what the output layer shall predict, if it gives the loss.
    """
    with ExitStack() as stack:
        if found.kind != "padded":
            stack.enter_context(takes_layout(model))
        head = plain_model(model).get_output_embeddings()
        yield stack.enter_context(loss_in_head(head)) if found.loss_in_head else None


def _never(model: Any) -> str:
    """What in the model's settings keeps tokens from being laid out freely; empty if nothing."""
    base = plain_model(model)
    config = base.config.get_text_config()
    kinds = set(getattr(config, "layer_types", None) or ()) - _LAYERS
    if getattr(getattr(model, "active_peft_config", None), "is_prompt_learning", False):
        return "its adapter puts tokens of its own in front"
    if base.config.is_encoder_decoder:
        return "it has an encoder and a decoder"
    if kinds:
        return f"it has layers of {', '.join(sorted(kinds))}"
    if getattr(config, "attention_chunk_size", None):
        return "its attention sees chunks of the text"
    if getattr(config, "output_router_logits", False):
        return "its loss has a part for the balance of its experts"
    return ""


def _dropout(model: Any) -> str:
    config = plain_model(model).config.get_text_config()
    if any((getattr(config, name, None) or 0.0) > 0 for name in _DROPOUTS):
        return "its attention has dropout, which examples would share with their beginning"
    return ""


def _try(model: Any, low_precision: bool) -> bool:
    """Compare a few tokens over a layout with the same in rows of their own.

    Returns:
        Whether the output layer can give the loss.

    Raises:
        LayoutError: they differ.
    """
    base = plain_model(model)
    device = base.get_input_embeddings().weight.device
    examples = _examples(base.config.get_text_config().vocab_size)
    batch = Pack(share=True)(examples)
    labels = batch.pop("labels").to(device)
    rows, kept = batch.pop("rows").to(device), batch["logits_to_keep"]
    layout = batch["layout"].to(device)
    inputs = {
        "input_ids": batch["input_ids"].to(device),
        "position_ids": batch["position_ids"].to(device),
        "logits_to_keep": kept.to(device),
        "layout": layout,
    }
    autocast: Any = torch.autocast(device.type, torch.bfloat16) if low_precision else nullcontext()
    with _evaluating(model), autocast:
        expected = _by_themselves(model, examples, device)
        with takes_layout(model):
            logits = model(**inputs).logits[0, rows]
            with ExitStack() as stack:
                loss = _loss_of_head(stack, base, model, inputs, rows, labels)
    _compare(logits, expected, _tolerance(base, logits, low_precision))
    _check_window(base, layout)
    reference = torch.nn.functional.cross_entropy(logits.float(), labels, reduction="sum")
    return loss is not None and bool((loss - reference).abs() <= 1e-2 * reference.abs())


def _loss_of_head(
    stack: ExitStack, base: Any, model: Any, inputs: Any, rows: Tensor, labels: Tensor
) -> Tensor | None:
    head = base.get_output_embeddings()
    if type(head) is not torch.nn.Linear:
        return None
    targets = stack.enter_context(loss_in_head(head))
    with targets.of(rows, labels):
        loss: Tensor = model(**inputs).logits.squeeze()
    return loss


def _examples(vocabulary: int) -> list[dict[str, Any]]:
    """Two with a common beginning, and one without, of tokens from all over the vocabulary."""
    random = np.random.default_rng(0)
    ids = [random.integers(vocabulary, size=length) for length in (9, 4, 6, 8)]
    examples = [np.concatenate([ids[0], ids[1]]), np.concatenate([ids[0], ids[2]]), ids[3]]
    return [{"input_ids": row, "prompt": 2, "index": n} for n, row in enumerate(examples)]


def _by_themselves(model: Any, examples: list[dict[str, Any]], device: torch.device) -> Tensor:
    """The logits of the same tokens, each example as a row."""
    order = Pack(share=True).order([example["input_ids"] for example in examples])
    rows = []
    for n in order:
        ids = torch.from_numpy(examples[n]["input_ids"])[None].to(device)
        rows.append(model(input_ids=ids).logits[0, examples[n]["prompt"] - 1 : -1])
    return torch.cat(rows)


def _tolerance(base: Any, logits: Tensor, low_precision: bool) -> float:
    if low_precision or getattr(base, "is_quantized", False):
        return _LOW_PRECISION
    return _TOLERANCE.get(logits.dtype, _LOW_PRECISION)


def _compare(found: Tensor, expected: Tensor, tolerance: float) -> None:
    difference = ((found - expected).abs().max() / expected.abs().max()).item()
    if not difference <= tolerance:
        raise LayoutError(f"its logits are others than in separate rows, by {difference:.1e}")


def _check_window(base: Any, layout: Any) -> None:
    """The few tokens of the comparison fit into any window: see that attention was told of it."""
    config = base.config.get_text_config()
    kinds = getattr(config, "layer_types", None)
    window = getattr(config, "sliding_window", None)
    slides = window is not None and (kinds is None or "sliding_attention" in kinds)
    if slides and window not in layout.kept.get(WINDOWS, ()):
        raise LayoutError("its attention is not told of its sliding window")


@contextmanager
def _evaluating(model: Any) -> Iterator[None]:
    """Without dropout and gradients; the state of the random numbers is left as it was."""
    training = model.training
    model.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        model.train(training)
