"""Model references on disk: paths are relative to the artifacts folder, so a workspace moves."""

import dataclasses
import json
from pathlib import Path

from byeori.errors import PluginError
from byeori.models.bases import BUILTIN
from byeori.models.errors import ModelError
from byeori.models.fingerprints import base_fingerprint
from byeori.records import ModelRef, PromptTemplate
from byeori.store.files import write_json


def write_reference(ref: ModelRef, path: Path, *, making: Path, artifacts: Path) -> None:
    """Write a reference whose files lie in the artifact being made, or in earlier artifacts.

    Args:
        ref: what a tuning method returned.
        path: the JSON file to write.
        making: the output folder of the artifact being made, `.making/FINGERPRINT/output`.
        artifacts: folder of all artifacts.

    Raises:
        PluginError: the reference names files elsewhere, which could vanish.
    """

    def relative(file: str) -> str:
        if not Path(file).is_dir():
            raise PluginError(f"a tuned model should lie in {file}, and there is no such folder")
        if Path(file).is_relative_to(making):
            return (Path(making.parent.name) / Path(file).relative_to(making)).as_posix()
        if Path(file).is_relative_to(artifacts):
            return Path(file).relative_to(artifacts).as_posix()
        raise PluginError(f"a tuned model was written to {file}; write it below context.output")

    values = dataclasses.asdict(ref)
    values["adapters"] = [relative(folder) for folder in ref.adapters]
    values["merged_path"] = relative(ref.merged_path) if ref.merged_path else None
    values["base"] = portable_base(ref)
    values["base_fingerprint"] = _fingerprint_below(ref)
    write_json(path, values)


def portable_base(ref: ModelRef) -> str:
    """The base's name where it means the same everywhere; a folder's content hash instead."""
    if ref.base.startswith(BUILTIN) or ref.revision is not None:
        return ref.base
    return _fingerprint_below(ref)


def _fingerprint_below(ref: ModelRef) -> str:
    """The fingerprint of the base, also where a full model has taken its place."""
    return ref.base_fingerprint or base_fingerprint(dataclasses.replace(ref, merged_path=None))


def read_reference(path: Path, *, artifacts: Path, base: ModelRef) -> ModelRef:
    """The reference, with absolute paths.

    Args:
        path: what `write_reference` wrote.
        artifacts: folder of all artifacts.
        base: the run's base model, which says where the base lies now.

    Raises:
        ModelError: the model was tuned on another base.
    """
    values = json.loads(path.read_text(encoding="utf-8"))
    known = _fingerprint_below(base)
    if values["base_fingerprint"] != known:
        raise ModelError(
            f"{path.parent} was tuned on the base {values['base_fingerprint']}, and this run's "
            f"base is {known}; restore that base, or tune again"
        )
    values["base"], values["revision"] = base.base, base.revision
    values["template"] = PromptTemplate(**values["template"])
    values["adapters"] = tuple(str(artifacts / folder) for folder in values["adapters"])
    if values["merged_path"]:
        values["merged_path"] = str(artifacts / values["merged_path"])
    return ModelRef(**values)
