"""What a vocabulary stage reads and writes beside the model's weights."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from byeori import ModelRef, PluginError
from byeori.models import local_folder
from byeori.store.files import write_atomically
from byeori_plugins.tuning.vocabulary.segmenting import Segmenter

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from transformers import PreTrainedTokenizerBase

_DTYPES = ("float32", "bfloat16", "float16")


def stored_dtype(ref: ModelRef) -> str:
    """What the weights are stored in, so that they are written as they are.

    Float32 where adapters are merged into them, or where the model does not say.
    """
    config = json.loads((local_folder(ref) / "config.json").read_text(encoding="utf-8"))
    said = config.get("dtype", config.get("torch_dtype"))
    return said if said in _DTYPES and not ref.adapters else "float32"


def with_core(tokenizer: "PreTrainedTokenizerBase", core: "Tokenizer") -> "PreTrainedTokenizerBase":
    """transformers' tokenizer with another one inside; changed in place."""
    changed: Any = tokenizer
    changed._tokenizer = core
    return tokenizer


def check_saved(folder: Path, core: "Tokenizer", new: Mapping[int, Sequence[int]]) -> None:
    """Make sure that the saved tokenizer is read back with the new tokens and merges.

    A tokenizer.model of the base is removed: it lacks them.

    Raises:
        PluginError: transformers builds this kind of tokenizer in another way.
    """
    from transformers import AutoTokenizer

    (folder / "tokenizer.model").unlink(missing_ok=True)
    read: Any = AutoTokenizer.from_pretrained(
        str(folder), trust_remote_code=False, local_files_only=True
    )
    found = read.backend_tokenizer
    texts = [core.decode([id_]) for id_ in new]
    ids = [[row.ids for row in each.encode_batch(texts)] for each in (found, core)]
    if found.get_vocab() != core.get_vocab() or ids[0] != ids[1]:
        raise PluginError(
            f"transformers reads the extended tokenizer ({type(read).__name__}) otherwise than it "
            "was written; it cannot be used"
        )


def write_new_tokens(
    path: Path, old: "Tokenizer", new: "Tokenizer", rows: Mapping[int, Sequence[int]]
) -> None:
    """Write one JSON object a line: `id`, `token`, its `text`, and the old `pieces` of that."""
    segmenter = Segmenter(old)
    lines = []
    for id_, pieces in rows.items():
        token, parts = str(new.id_to_token(id_)), [str(old.id_to_token(piece)) for piece in pieces]
        row = {"id": id_, "token": token, "text": segmenter.text_of(tuple(parts)), "pieces": parts}
        lines.append(json.dumps(row, ensure_ascii=False) + "\n")
    write_atomically(path, "".join(lines))
