"""Tries a few tokens over a layout, and compares them with the same in rows of their own."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from peft.tuners.trainable_tokens import TrainableTokensLayer
from torch import Tensor
from torch.nn.functional import cross_entropy

from byeori_plugins.tuning.batches.head import Targets, loss_in_head
from byeori_plugins.tuning.batches.last import last_layer_at_learnt
from byeori_plugins.tuning.batches.layout import Pack
from byeori_plugins.tuning.batches.padded import Collate, padded_loss, takes_logits_to_keep
from byeori_plugins.tuning.batches.switch import WINDOWS, LayoutError, plain_model, takes_layout

FAILURES = (LayoutError, TypeError, ValueError, RuntimeError, AttributeError, KeyError)
"""What a model raises whose parts are others than expected."""

_TOLERANCE = {torch.float64: 1e-6, torch.float32: 1e-3}
_LOW_PRECISION = 5e-2


@dataclass(frozen=True)
class Abilities:
    """What a model can do besides taking a layout.

    Attributes:
        loss_in_head: its output layer can give the loss without all logits.
        last_at_learnt: its last layer can be computed where something is learnt only.
    """

    loss_in_head: bool = False
    last_at_learnt: bool = False


def probe(model: Any, low_precision: bool) -> Abilities:
    """Try a layout on a model, and what else it can do over one.

    Args:
        model: a transformers or peft model, on the device it will be trained on.
        low_precision: whether it computes in bfloat16.

    Raises:
        LayoutError: its logits are others, or it is of a kind whose attention cannot be replaced.
        Exception: any of `FAILURES`, where the model does not take what it is given.
    """
    base = plain_model(model)
    device = base.get_input_embeddings().weight.device
    with _evaluating(model), _autocast(device, low_precision):
        trial = _Trial(model, low_precision)
        with takes_layout(model):
            trial.compare(trial.logits())
            trial.check_window()
            return Abilities(
                _works(trial.compare_loss, lambda: loss_in_head(base.get_output_embeddings())),
                _works(trial.compare_last, lambda: last_layer_at_learnt(base)),
            )


def probe_padded(model: Any, low_precision: bool) -> Abilities:
    """Try whether the output layer of a model that takes no layout can give the loss.

    Args:
        model, low_precision: as `probe` takes them.
    """
    base = plain_model(model)
    weight = base.get_input_embeddings().weight
    examples = _examples(base.config.get_text_config().vocab_size)
    batch = Collate(pad_id=0, keep_logits=takes_logits_to_keep(model))(examples)
    batch = {name: part.to(weight.device) for name, part in batch.items() if name != "index"}
    rough = low_precision or weight.dtype.itemsize < torch.float32.itemsize

    def compare(targets: Targets) -> None:
        found, expected = (padded_loss(model, batch, way) for way in (targets, None))
        _check_loss(base, found, expected, _LOW_PRECISION if rough else _TOLERANCE[torch.float32])

    with _evaluating(model), _autocast(weight.device, low_precision):
        head = base.get_output_embeddings()
        return Abilities(loss_in_head=_works(compare, lambda: loss_in_head(head)))


def _autocast(device: torch.device, low_precision: bool) -> AbstractContextManager[Any]:
    return torch.autocast(device.type, torch.bfloat16) if low_precision else nullcontext()


def _check_loss(base: Any, found: Tensor, expected: Tensor, tolerance: float) -> None:
    """See that the loss of the output layer is that of the logits."""
    if type(base.get_output_embeddings()) not in (torch.nn.Linear, TrainableTokensLayer):
        raise LayoutError("its output layer is not a plain one")
    if not (found - expected).abs() <= tolerance * expected.abs():
        raise LayoutError("what it makes of its output layer's result changes it")


def _works(
    compare: Callable[[Any], None], change: Callable[[], AbstractContextManager[Any]]
) -> bool:
    try:
        with ExitStack() as stack:
            compare(stack.enter_context(change()))
    except FAILURES:
        return False
    return True


class _Trial:
    """A few tokens, and what the model as it is makes of them."""

    def __init__(self, model: Any, low_precision: bool) -> None:
        self.model = model
        self.base = plain_model(model)
        device = self.base.get_input_embeddings().weight.device
        examples = _examples(self.base.config.get_text_config().vocab_size)
        batch = Pack(share=True)(examples)
        self.labels, self.rows = batch["labels"].to(device), batch["rows"].to(device)
        self.inputs = {
            name: batch[name].to(device)
            for name in ("input_ids", "position_ids", "layout", "logits_to_keep")
        }
        self.expected = _by_themselves(model, examples, device)
        rough = low_precision or getattr(self.base, "is_quantized", False)
        exact = _TOLERANCE.get(self.expected.dtype, _LOW_PRECISION)
        self.tolerance = _LOW_PRECISION if rough else exact

    def logits(self, **changed: Any) -> Tensor:
        """Of the learnt tokens, over the layout."""
        logits: Tensor = self.model(**{**self.inputs, **changed}).logits
        return logits[0, self.rows]

    def compare(self, found: Tensor) -> None:
        """See that the logits are those of the model as it is."""
        difference = ((found - self.expected).abs().max() / self.expected.abs().max()).item()
        if not difference <= self.tolerance:
            raise LayoutError(f"its logits are others than in separate rows, by {difference:.1e}")

    def compare_last(self, _changed: None) -> None:
        """The same with the last layer at learnt places only."""
        self.compare(self.logits(logits_to_keep=0))

    def compare_loss(self, targets: Any) -> None:
        """See that the loss of the output layer is that of the logits."""
        with targets.of((0, self.rows), self.labels):
            loss = self.model(**self.inputs).logits.squeeze()
        expected = cross_entropy(self.expected.float(), self.labels, reduction="sum")
        _check_loss(self.base, loss, expected, max(self.tolerance, 1e-3))

    def check_window(self) -> None:
        """See that attention was told of its window, into which so few tokens fit anyway."""
        config = self.base.config.get_text_config()
        kinds = getattr(config, "layer_types", None)
        window = getattr(config, "sliding_window", None)
        slides = window is not None and (kinds is None or "sliding_attention" in kinds)
        if slides and window not in self.inputs["layout"].kept.get(WINDOWS, ()):
            raise LayoutError("its attention is not told of its sliding window")


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
