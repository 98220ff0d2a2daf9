"""A quantised base for adapters: LLM.int8 and the 4-bit types of QLoRA, by bitsandbytes.

Sources: Dettmers et al. 2022, arXiv:2208.07339; Dettmers et al. 2023, arXiv:2305.14314.
"""

import importlib.util
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from byeori import Context, Mistake, ModelRef, RecipeError

if TYPE_CHECKING:
    from byeori.models import Loaded

Quantisation = Literal["int8", "nf4", "fp4"]


def load_quantised(ref: ModelRef, kind: Quantisation, dtype: str, context: Context) -> "Loaded":
    """The base in 8 or 4 bits, ready for an adapter; earlier adapters are merged before that.

    Args:
        ref: the model; the adapter that is trained belongs to it, not to its quantised form.
        kind: `nf4` and `fp4` also quantise the quantisation constants.
        dtype: arithmetic of the 4-bit layers.

    Raises:
        RecipeError: bitsandbytes is not installed.
    """
    from peft import prepare_model_for_kbit_training

    from byeori.models import load
    from byeori_plugins.tuning.training.saving import written_out

    if importlib.util.find_spec("bitsandbytes") is None:
        message = "needs bitsandbytes: pip install 'byeori[quantised]', or remove it"
        raise RecipeError([Mistake(f"{context.stage}.quantise", message)])
    whole = written_out(ref, context.scratch / "unquantised", f"{context.stage}.from")
    loaded = load(whole, dtype=dtype, quantisation=_settings(kind, dtype))
    # Norms and the output layer in float32, as in the paper.
    model = prepare_model_for_kbit_training(loaded.model, use_gradient_checkpointing=False)
    for module in model.modules():
        # A CPU's fast path packs the weights when the loss is first validated: no training after.
        if hasattr(module, "support_avx512bf16_for_cpu"):
            module.support_avx512bf16_for_cpu = False
    return replace(loaded, model=model)


def _settings(kind: Quantisation, dtype: str) -> Any:
    from transformers import BitsAndBytesConfig

    make: Any = BitsAndBytesConfig
    if kind == "int8":
        return make(load_in_8bit=True)
    return make(
        load_in_4bit=True,
        bnb_4bit_quant_type=kind,
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=dtype,
    )
