"""Where a base model comes from: `builtin:NAME`, a folder, or a hub id with a revision.

Nothing here imports torch, so that a plan can check a base before anything runs.
"""

import difflib
import re
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

from byeori.models.errors import ModelError
from byeori.records import ModelRef, PromptTemplate

BUILTIN = "builtin:"
NO_REVISION = "a hub id needs a revision"
"""What `check_base` says of one that has none."""
_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*(/[\w.-]+)?", re.ASCII)
_COMMIT = re.compile(r"[0-9a-f]{40}")
_MOVING = {"main", "master", "latest", "HEAD"}
_PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt")
_TOKENIZERS = ("tokenizer.json", "tokenizer.model", "spiece.model", "vocab.json", "vocab.txt")
_WEIGHTS = "*.safetensors"
_HUB_FILES = [_WEIGHTS, "*.json", "*.model", "*.txt", "*.jinja", "README.md"]


def _builtin_folder() -> Path:
    return Path(str(files("byeori") / "builtin"))


def builtin_bases() -> list[str]:
    """Names of the base models that come with byeori, in order of the alphabet."""
    folder = _builtin_folder()
    if not folder.is_dir():
        return []
    return sorted(path.parent.name for path in folder.glob("*/config.json"))


def check_base(base: str, revision: str | None = None, folder: Path | None = None) -> str | None:
    """What is wrong with a base model as a recipe names it, or None; for plan time.

    Looks at names and folders only: it opens no weights, asks no network, imports no torch.

    Args:
        base: `builtin:NAME`, a folder, or a hub id.
        revision: commit or tag of a hub id.
        folder: what a relative folder is relative to; the working directory where None.
    """
    if not base.strip():
        return "the base model is empty; give builtin:NAME, a folder, or a hub id with a revision"
    if base.startswith(BUILTIN):
        return _check_builtin(base.removeprefix(BUILTIN), revision)
    if revision is not None:
        return _check_hub(base, revision)
    path = _as_path(base, folder)
    if path.exists():
        return _check_folder(path)
    if base.startswith((".", "/", "~", "\\")) or not _HUB_ID.fullmatch(base):
        return f"the folder {path} does not exist; give a folder that holds a model"
    return (
        f"{base} is not a folder ({path} does not exist), and {NO_REVISION}: "
        "add `revision:` with a commit hash or a tag"
    )


def resolve_base(base: str, revision: str | None = None, folder: Path | None = None) -> str:
    """What `from_pretrained` takes: an absolute folder, or the hub id as it is.

    Raises:
        ModelError: whatever `check_base` finds.
    """
    if message := check_base(base, revision, folder):
        raise ModelError(f"base model {base!r}: {message}")
    if base.startswith(BUILTIN):
        return str(_builtin_folder() / base.removeprefix(BUILTIN))
    return base if revision is not None else str(_as_path(base, folder).resolve())


def base_reference(
    base: str, revision: str | None, folder: Path | None, template: PromptTemplate
) -> ModelRef:
    """The reference to an untuned base, with its content's fingerprint.

    A relative folder becomes absolute. A tag becomes the commit it stands for, which the hub is
    asked; with a commit hash it is not. No weights are fetched.

    Raises:
        ModelError: the base cannot be found or read.
    """
    from byeori.models.fingerprints import base_fingerprint

    resolved = resolve_base(base, revision, folder)
    if revision is not None:
        revision = hub_commit(base, revision)
    ref = ModelRef(
        base=base if base.startswith(BUILTIN) else resolved, revision=revision, template=template
    )
    return replace(ref, base_fingerprint=base_fingerprint(ref))


def local_folder(ref: ModelRef) -> Path:
    """The folder with a reference's full model: `merged_path`, else its base, fetched if need be.

    Raises:
        ModelError: it does not exist, is incomplete, or could not be fetched.
    """
    if ref.merged_path is not None:
        folder = Path(ref.merged_path)
        if message := check_base(str(folder.absolute())):
            raise ModelError(f"merged model {folder}: {message}")
        return folder
    if ref.revision is None or ref.base.startswith(BUILTIN):
        return Path(resolve_base(ref.base, ref.revision))
    folder = _fetch(resolve_base(ref.base, ref.revision), ref.revision, _HUB_FILES)
    if message := _check_folder(folder):
        raise ModelError(f"base model {ref.base}@{ref.revision}: {message}")
    return folder


def outline_folder(ref: ModelRef) -> Path:
    """As `local_folder`, but of a hub model only what is small is fetched, and not its weights.

    Raises:
        ModelError: it does not exist, or could not be fetched.
    """
    if ref.merged_path is not None or ref.revision is None or ref.base.startswith(BUILTIN):
        return local_folder(ref)
    small = [pattern for pattern in _HUB_FILES if pattern != _WEIGHTS]
    return _fetch(resolve_base(ref.base, ref.revision), ref.revision, small)


def hub_commit(base: str, revision: str) -> str:
    """The commit a hub id's revision stands for; no file of the model is downloaded for it.

    A commit hash is returned without a look-up. For a tag the hub is asked and, where it gives no
    answer, the cache.

    Raises:
        ModelError: neither knows it.
    """
    if _COMMIT.fullmatch(revision):
        return revision
    from huggingface_hub import HfApi

    try:
        if commit := HfApi().model_info(base, revision=revision).sha:
            return commit
        raise ValueError("the hub names no commit")
    except Exception as error:  # which HTTP library raises here changes with huggingface_hub
        if commit := _cached_commit(base, revision):
            return commit
        raise _unreachable(base, revision, error) from error


def _cached_commit(base: str, revision: str) -> str | None:
    from huggingface_hub import snapshot_download

    try:
        found = snapshot_download(base, revision=revision, local_files_only=True)
    except (OSError, ValueError):
        return None
    return Path(found).name


def _fetch(base: str, revision: str, patterns: list[str]) -> Path:
    """Download (or find in the cache) those files of a model whose names are like this."""
    from huggingface_hub import snapshot_download

    try:
        # Sub-folders hold other formats of the same weights: not needed, and often large.
        return Path(
            snapshot_download(
                base, revision=revision, allow_patterns=patterns, ignore_patterns=["*/*"]
            )
        )
    except (OSError, ValueError) as error:
        raise _unreachable(base, revision, error) from error


def _unreachable(base: str, revision: str, error: Exception) -> ModelError:
    return ModelError(
        f"base model {base}@{revision}: not in the cache and could not be fetched "
        f"({type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}); check "
        "the id, the revision, the network and, for a gated model, that you are logged in"
    )


def _as_path(base: str, folder: Path | None) -> Path:
    return (folder or Path.cwd()) / Path(base).expanduser()


def _check_builtin(name: str, revision: str | None) -> str | None:
    known = builtin_bases()
    if revision is not None:
        return "a built-in model has no revision; remove it"
    if name in known:
        return None
    close = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean {BUILTIN}{close[0]}?" if close else f"there are: {', '.join(known)}"
    return f"there is no built-in model {name!r}; {hint}"


def _check_hub(base: str, revision: str) -> str | None:
    if not _HUB_ID.fullmatch(base):
        return "only a hub id such as owner/name has a revision; remove it for a folder"
    if revision in _MOVING or not revision.strip():
        return (
            f"revision {revision!r} moves, so a run could not be repeated; "
            "give a commit hash or a tag"
        )
    return None


def _check_folder(path: Path) -> str | None:
    """What a model folder lacks, or None."""
    if not path.is_dir():
        return f"{path} is a file; give the folder that holds config.json and *.safetensors"
    if not (path / "config.json").is_file():
        return f"{path} has no config.json; it is not a saved transformers model"
    if not any(path.glob("*.safetensors")):
        if any(any(path.glob(pattern)) for pattern in _PICKLES):
            return (
                f"{path} holds pickled weights only, which can run code when read; convert them "
                "with model.save_pretrained(folder, safe_serialization=True)"
            )
        return f"{path} has no *.safetensors; the weights are missing"
    if not any((path / name).is_file() for name in _TOKENIZERS):
        return f"{path} has no tokenizer; save it there with tokenizer.save_pretrained(folder)"
    return None
