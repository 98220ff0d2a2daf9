"""Where LoRA starts: some initialisations take a part of the base's weights, or look at data.

PiSSA (Meng et al. 2024, arXiv:2404.02948) and OLoRA (Büyükakyüz 2024, arXiv:2406.01775) begin with
a part of each weight in the adapter, and the rest in the base: the adapter that is saved is written
relative to the untouched base, as one of twice the rank. EVA (Paischer et al. 2024,
arXiv:2410.07170) takes the directions in which the inputs of each layer vary most.
"""

import copy
import warnings
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal

from byeori import DataError, Mistake, RecipeError

if TYPE_CHECKING:
    from peft import PeftConfig
    from torch import Tensor

    from byeori_plugins.tuning.data.tokens import Tokens

Initialisation = Literal["default", "gaussian", "orthogonal", "pissa", "olora", "eva"]
MOVES_WEIGHTS = ("pissa", "olora")
_EVA_TOKENS = 1024  # of a batch, at least


def factors(model: Any) -> "dict[str, Tensor]":
    """Copies of an adapter's factors, by peft's names for a file."""
    from peft import get_peft_model_state_dict

    state = get_peft_model_state_dict(model, save_embedding_layers=False)
    return {name: weight.detach().clone() for name, weight in state.items()}


def relative_to_base(
    trained: "Mapping[str, Tensor]", start: "Mapping[str, Tensor]", config: "PeftConfig"
) -> "tuple[dict[str, Tensor], PeftConfig]":
    """What was learnt as an update of the untouched base, of twice the rank.

    The base held W - s B0 A0 while B A was trained, so that the update of W is s (B A - B0 A0) =
    s [B, -B0] [A; A0].

    Args:
        trained, start: factors `lora_A` [r, in] and `lora_B` [out, r] at the end and at first.
        config: of the adapter that was trained.

    Returns:
        Factors [2r, in] and [out, 2r], and a configuration with the same scaling.
    """
    import torch

    update = {}
    for name, weight in trained.items():
        before = start[name].to(weight)
        if ".lora_A." in name:
            update[name] = torch.cat([weight, before], dim=0)
        elif ".lora_B." in name:
            update[name] = torch.cat([weight, -before], dim=1)
        else:
            update[name] = weight  # a bias
    settings: Any = copy.deepcopy(config)
    settings.r = 2 * settings.r
    # The scaling is alpha / r, or alpha / sqrt(r).
    settings.lora_alpha *= 2**0.5 if settings.use_rslora else 2
    return update, settings


def check_rank(model: Any, init: Initialisation, r: int) -> None:
    """Refuse a rank beyond what an initialisation can take from a layer.

    Args:
        model: a peft model with LoRA on it.
        init: `eva` looks at twice as many directions as the rank, of the inputs.
        r: the rank.

    Raises:
        RecipeError: naming the narrowest layer.
    """
    from peft.tuners.lora import LoraLayer

    if init not in (*MOVES_WEIGHTS, "eva"):
        return
    rooms = {
        name: part.in_features // 2 if init == "eva" else min(part.in_features, part.out_features)
        for name, part in model.named_modules()
        if isinstance(part, LoraLayer)
    }
    narrowest = min(rooms, key=lambda name: rooms[name])
    if r > rooms[narrowest]:
        layer = narrowest.removeprefix("base_model.model.")
        message = f"{r}, but init: {init} can take at most {rooms[narrowest]} in {layer}"
        raise RecipeError([Mistake("r", message)])


def initialise_eva(model: Any, tokens: "Tokens", pad_id: int, stage: str) -> None:
    """Give an adapter the directions of most variance in each layer's inputs, and ranks by them.

    Args:
        model: a peft model with `init_lora_weights: eva`.
        tokens: the training examples, read in a random order until the directions settle.
        pad_id: id to pad with.
        stage: named in errors.

    Raises:
        DataError: fewer tokens than directions.
    """
    from peft import initialize_lora_eva_weights

    settings = model.active_peft_config
    directions = round(settings.r * settings.eva_config.rho)
    if tokens.total < directions:
        raise DataError(
            f"{stage}: init: eva looks for {directions} directions (r {settings.r}), and the "
            f"training examples have {tokens.total} tokens; lower r, or use init: default"
        )
    batches = Batches(tokens, pad_id, max(directions, _EVA_TOKENS))
    with warnings.catch_warnings():
        # The biases that learn are still the base's.
        warnings.filterwarnings("ignore", "Careful, disabling adapter layers", UserWarning)
        initialize_lora_eva_weights(
            model,
            batches,
            forward_fn=_forward,
            gather_distributed_inputs=False,  # every process reads the same batches
            show_progress_bar=False,
        )


def _forward(model: Any, inputs: "dict[str, Tensor]") -> Any:
    """Without the logits, which nobody looks at, where the model can leave them out."""
    from byeori_plugins.tuning.batches.padded import takes_logits_to_keep

    return model(**inputs, **({"logits_to_keep": 1} if takes_logits_to_keep(model) else {}))


class Batches:
    """Padded batches of at least so many tokens, each time from the first.

    peft passes over a batch of fewer tokens than directions, and would do so for ever.
    """

    def __init__(self, tokens: "Tokens", pad_id: int, least: int) -> None:
        import torch

        self.tokens, self.pad_id = tokens, pad_id
        self.rows: list[list[int]] = []
        lengths, open_row, size = tokens.lengths, list[int](), 0
        for row in torch.randperm(len(tokens)).tolist():
            open_row.append(row)
            size += lengths[row]
            if size >= least:
                self.rows.append(open_row)
                open_row, size = [], 0
        if self.rows:
            self.rows[-1] += open_row
        else:
            self.rows.append(open_row)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        from byeori_plugins.tuning.batches.padded import Collate, TokenDataset

        dataset, collate = TokenDataset(self.tokens), Collate(self.pad_id, keep_logits=False)
        for rows in self.rows:
            batch = collate([dataset[row] for row in rows])
            yield {name: batch[name] for name in ("input_ids", "attention_mask")}

    def __len__(self) -> int:
        return len(self.rows)
