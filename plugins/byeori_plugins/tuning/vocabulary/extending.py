"""Puts new tokens into a tokenizer and into a model."""

import json
from collections.abc import Container, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from byeori import DataError, PluginError
from byeori_plugins.tuning.vocabulary.learning import Learnt

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

Initialisation = Literal["pieces", "mean"]


def core_of(tokenizer: "PreTrainedTokenizerBase") -> "Tokenizer":
    """The tokenizer inside one of transformers'.

    Raises:
        DataError: it cannot be extended by merges: what it is, and what can.
    """
    core: Any = getattr(tokenizer, "backend_tokenizer", None)
    if core is None:
        raise DataError("the model's tokenizer has no tokenizer.json, so it cannot be extended")
    model = json.loads(core.to_str())["model"]
    if model["type"] != "BPE":
        raise DataError(
            f"the model's tokenizer is {model['type']}, which has no merges to add to; only BPE "
            "(Llama, Mistral, Gemma, Qwen, GPT-NeoX, BLOOM) can be extended"
        )
    if model.get("continuing_subword_prefix") or model.get("end_of_word_suffix"):
        raise DataError("the model's tokenizer marks the ends of words; it cannot be extended")
    return core  # type: ignore[no-any-return]


def extended(core: "Tokenizer", learnt: Learnt) -> tuple["Tokenizer", dict[int, list[int]]]:
    """A tokenizer with new tokens behind all old ones, whose ids stay as they are.

    Tokens that no text would ever become are left out, and so is what would be made of them.

    Returns:
        The tokenizer, and by id of each new token the ids of the old pieces of its text.
    """
    from tokenizers import Tokenizer

    old = core.get_vocab(with_added_tokens=True)
    new = list(learnt.pieces)
    while True:
        parts = json.loads(core.to_str())
        model = parts["model"]
        # Also those that the library keeps beside the model, or they would get other ids.
        model["vocab"] |= old
        first = max(old.values()) + 1
        model["vocab"] |= {token: first + n for n, token in enumerate(new)}
        model["merges"] += _as_there(model["merges"], _possible(learnt.merges, model["vocab"]))
        made = Tokenizer.from_str(json.dumps(parts))
        lost = {token for token in new if [t.value for t in made.model.tokenize(token)] != [token]}
        if not lost:
            break
        new = [token for token in new if token not in lost]
    now = made.get_vocab(with_added_tokens=True)
    if moved := sorted(token for token, id_ in old.items() if now.get(token) != id_):
        raise PluginError(f"the tokenizer would give other ids to {', '.join(moved[:5])}")
    return made, {now[token]: [old[piece] for piece in learnt.pieces[token]] for token in new}


def _possible(
    merges: Sequence[tuple[str, str]], vocabulary: Container[str]
) -> list[tuple[str, str]]:
    return [pair for pair in merges if all(t in vocabulary for t in (*pair, "".join(pair)))]


def _as_there(old: Sequence[Any], merges: Sequence[tuple[str, str]]) -> list[Any]:
    """Merges as this version of the library writes them: a text each, or a list of two."""
    if old and isinstance(old[0], str):
        return [f"{first} {second}" for first, second in merges]
    return [list(pair) for pair in merges]


def add_rows(
    model: "PreTrainedModel",
    rows: Mapping[int, Sequence[int]],
    old: Sequence[int],
    initialisation: Initialisation,
) -> None:
    """Give new tokens their embeddings and rows of the output layer.

    Args:
        model: changed in place; rows that it has to spare are used before it grows.
        rows: by new id, the ids of the old pieces that its text has been so far.
        old: ids of all old tokens.
        initialisation: `pieces` is the mean of the old pieces' rows; `mean` that of all old rows
            (Hewitt 2021).
    """
    import torch

    if not rows:
        return
    live: Any = model
    if max(rows) >= live.get_input_embeddings().weight.shape[0]:
        live.resize_token_embeddings(max(rows) + 1, mean_resizing=False)
    output = live.get_output_embeddings()
    parts = (live.get_input_embeddings().weight, getattr(output, "weight", None))
    found = [weight for weight in (*parts, getattr(output, "bias", None)) if weight is not None]
    with torch.no_grad():
        for weight in {weight.data_ptr(): weight for weight in found}.values():  # tied ones are one
            everything = torch.tensor(old)
            overall = weight[everything].double().mean(0) if initialisation == "mean" else None
            for id_, pieces in rows.items():
                row = weight[torch.tensor(pieces)].double().mean(0) if overall is None else overall
                weight[id_] = row.to(weight.dtype)
