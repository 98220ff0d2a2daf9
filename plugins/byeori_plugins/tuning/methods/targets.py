"""Which layers an adapter goes on: named by the user and checked, or found by the shape."""

import difflib
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from byeori import Mistake, RecipeError

if TYPE_CHECKING:
    from transformers import PreTrainedModel


def linear_layers(model: "PreTrainedModel") -> list[str]:
    """Last names of the linear layers (`q_proj`, `down_proj`), without the output layer."""
    import torch
    from transformers.pytorch_utils import Conv1D

    get_head: Any = model.get_output_embeddings
    head = get_head()
    return sorted(
        {
            name.rpartition(".")[2]
            for name, module in model.named_modules()
            if isinstance(module, (torch.nn.Linear, Conv1D)) and module is not head
        }
    )


def check_targets(model: "PreTrainedModel", field: str, targets: Sequence[str]) -> list[str]:
    """The targets, each of which names at least one layer of the model.

    peft is content when any one of them does, and leaves the others out without a word.

    Raises:
        RecipeError: naming the wrong ones and listing the model's linear layers.
    """
    wrong = [target for target in targets if not matching(model, [target])]
    if wrong or not targets:
        raise RecipeError([Mistake(field, _advice(wrong, linear_layers(model)))])
    return list(targets)


def top_layers(model: "PreTrainedModel", field: str, wanted: int | None) -> list[int] | None:
    """Numbers of the last layers, as many as are wanted; None for all.

    Raises:
        RecipeError: the model has fewer.
    """
    if wanted is None:
        return None
    layers: int = model.config.get_text_config().num_hidden_layers
    if wanted > layers:
        raise RecipeError([Mistake(field, f"{wanted}, but the model has {layers} layers")])
    return list(range(layers - wanted, layers))


def matching(model: "PreTrainedModel", targets: Iterable[str]) -> list[str]:
    """Full names of the modules that the targets name, as peft reads them: by their ends."""
    ends = tuple(f".{target}" for target in targets)
    return [name for name, _ in model.named_modules() if f".{name}".endswith(ends)]


def _advice(wrong: Sequence[str], real: list[str]) -> str:
    near = (difflib.get_close_matches(name, real, n=1) for name in wrong)
    close = [match[0] for match in near if match]
    hint = f"; did you mean {', '.join(close)}?" if close else "; name others."
    what = f"the model has no layer {', '.join(wrong)}" if wrong else "no layer is named"
    return f"{what}{hint} Its linear layers are: {', '.join(real)}"


def only_real(names: Iterable[str], real: Iterable[str]) -> list[str]:
    """Those of `names` that are layers of the model, in order."""
    existing = set(real)
    return [name for name in names if name in existing]
