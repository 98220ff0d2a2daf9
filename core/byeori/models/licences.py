"""The licence of a base model, as its own card names it."""

from pathlib import Path

from byeori.models.bases import BUILTIN, resolve_base
from byeori.records import ModelRef

_CARDS = ("README.md", "MODEL_CARD.md")


def base_licence(ref: ModelRef) -> str:
    """An identifier of the hub's list (`apache-2.0`), or the name of a licence of its own.

    Empty where the base has no card, or its card cannot be read or says nothing. Looks at files
    only: no network is asked.
    """
    return next(filter(None, (_licence_in(_base_file(ref, name)) for name in _CARDS)), "")


def _base_file(ref: ModelRef, name: str) -> Path | None:
    if ref.revision is None or ref.base.startswith(BUILTIN):
        return Path(resolve_base(ref.base, ref.revision)) / name
    from huggingface_hub import try_to_load_from_cache

    found = try_to_load_from_cache(ref.base, name, revision=ref.revision)
    return Path(found) if isinstance(found, str) else None


def _licence_in(card: Path | None) -> str:
    if card is None or not card.is_file():
        return ""
    from huggingface_hub import metadata_load

    try:
        data = metadata_load(card) or {}
    except Exception:  # somebody else's card: whatever its YAML's reader raises
        return ""
    named = data.get("license_name") if data.get("license") == "other" else None
    return str(named or data.get("license") or "")
