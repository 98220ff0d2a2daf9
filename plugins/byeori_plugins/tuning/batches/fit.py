"""Which layout of a batch a model can take: found out by its settings and by trying."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from byeori_plugins.tuning.batches.head import Targets, loss_in_head
from byeori_plugins.tuning.batches.last import last_layer_at_learnt
from byeori_plugins.tuning.batches.probe import FAILURES, Abilities, probe, probe_padded
from byeori_plugins.tuning.batches.switch import plain_model, takes_layout

Kind = Literal["shared", "packed", "padded"]

_DROPOUTS = ("attention_dropout", "attn_pdrop", "attention_probs_dropout_prob", "attn_dropout")
_LAYERS = {"full_attention", "sliding_attention"}


@dataclass(frozen=True)
class Fit:
    """How a model's batches are laid out.

    Attributes:
        kind: `shared` (common beginnings once), `packed` (rows without padding) or `padded`.
        reason: why it is not what would be fastest; empty where it is.
        can: what else the model can do with it.
    """

    kind: Kind
    reason: str = ""
    can: Abilities = field(default_factory=Abilities)


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
    reason, can = "", None
    if wanted != "padded" and not (reason := _never(model)):
        try:
            can = probe(model, low_precision)
        except FAILURES as error:
            reason = f"{type(error).__name__}: {error}".splitlines()[0][:200]
    if can is None:
        return Fit("padded", reason, probe_padded(model, low_precision))
    reason = _dropout(model)
    if wanted == "packed" or reason:
        return Fit("packed", reason if wanted != "packed" else "", can)
    return Fit("shared", "", can)


def expected(model: Any, wanted: Literal["auto"] | Kind) -> Fit:
    """What `fit` will find, by the model's settings alone, if it computes as they say."""
    base = plain_model(model)
    layout = base.config.model_type == "bloom" or base._can_set_attn_implementation()
    if wanted == "padded" or not layout or _never(model):
        return Fit("padded")
    return Fit("packed" if wanted == "packed" or _dropout(model) else "shared")


@contextmanager
def fitted(model: Any, found: Fit) -> Iterator[Targets | None]:
    """While the block runs, the model takes batches of the layout that was found.

    Yields:
        Where to say what the output layer shall predict, if it gives the loss.
    """
    with ExitStack() as stack:
        if found.kind != "padded":
            stack.enter_context(takes_layout(model))
        if found.can.last_at_learnt:
            stack.enter_context(last_layer_at_learnt(plain_model(model)))
        head = plain_model(model).get_output_embeddings()
        yield stack.enter_context(loss_in_head(head)) if found.can.loss_in_head else None


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
