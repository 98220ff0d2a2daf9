"""Content hashes of models: what an adapter was trained on, and whether that is still there."""

import hashlib
from functools import lru_cache
from pathlib import Path

from byeori.models.bases import BUILTIN, hub_commit, local_folder
from byeori.models.errors import ModelError
from byeori.records import ModelRef
from byeori.store.files import sha256_of_file

# Everything that changes what a model answers; a README or a training log does not.
_PATTERNS = (
    "*.safetensors",
    "*.safetensors.index.json",
    "config.json",
    "generation_config.json",
    "tokenizer*",
    "special_tokens_map.json",
    "added_tokens.json",
    "chat_template*",
    "vocab.*",
    "merges.txt",
    "*.model",
)


def base_fingerprint(ref: ModelRef) -> str:
    """What a reference's full model is, before its adapters.

    Returns:
        `sha256:` and 64 hexadecimal digits over the files of a folder or built-in (names and
        contents, so a moved folder keeps it), or `id@commit` for a hub model. Where the reference
        has a `merged_path`, it is that model's.

    Raises:
        ModelError: the model cannot be found or read.
    """
    on_hub = ref.merged_path is None and ref.revision is not None
    if on_hub and not ref.base.startswith(BUILTIN):
        return f"{ref.base}@{hub_commit(ref.base, ref.revision or '')}"
    return folder_fingerprint(local_folder(ref))


def folder_fingerprint(folder: Path) -> str:
    """Content hash of a model folder; kept for the process until a file changes."""
    names = sorted({path.name for p in _PATTERNS for path in folder.glob(p) if path.is_file()})
    try:
        stats = [(folder / name).stat() for name in names]
    except OSError as error:
        raise ModelError(f"{folder}: cannot be read: {error}") from error
    state = tuple((n, s.st_size, s.st_mtime_ns) for n, s in zip(names, stats, strict=True))
    return _hash_files(folder.resolve(), state)


@lru_cache(maxsize=64)
def _hash_files(folder: Path, state: tuple[tuple[str, int, int], ...]) -> str:
    total = hashlib.sha256()
    for name, size, _ in state:
        try:
            digest = sha256_of_file(folder / name)
        except OSError as error:
            raise ModelError(f"{folder / name}: cannot be read: {error}") from error
        total.update(f"{name}\0{size}\0{digest}\n".encode())
    return f"sha256:{total.hexdigest()}"
