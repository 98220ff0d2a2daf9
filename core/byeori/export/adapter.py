"""The adapter alone, in peft's format, for whoever has the base model."""

import json
import shutil
from pathlib import Path

from byeori.export.errors import ExportError
from byeori.export.merged import generation_settings, save_tokenizer
from byeori.export.subject import Subject
from byeori.models.adapters import ADAPTER_RECORD, WEIGHTS
from byeori.models.bases import resolve_base
from byeori.models.transformers_model import TransformersModel
from byeori.store.files import write_json

CONFIG = "adapter_config.json"


def check_adapter(subject: Subject) -> None:
    """Refuse a model that is not one adapter on a base that others can have.

    Raises:
        ExportError: it has no adapter, several, or one on a model of the workspace.
    """
    ref = subject.ref
    advice = "export it whole: --format merged"
    if not ref.adapters:
        raise ExportError(f"{subject.stage} is a whole model without an adapter; {advice}")
    if len(ref.adapters) > 1:
        raise ExportError(
            f"{subject.stage} has {len(ref.adapters)} adapters, one trained on the result of the "
            f"other, which peft cannot put on together; {advice}"
        )
    if ref.merged_path is not None:
        raise ExportError(
            f"the adapter of {subject.stage} was trained on a model that an earlier stage made, "
            f"which nobody else has; {advice}"
        )


def save_adapter(model: TransformersModel, subject: Subject, folder: Path, dtype: str) -> None:
    """Write what `PeftModel.from_pretrained(base, folder)` loads, its weights as they were trained.

    The base's name and revision are in `adapter_config.json`, its fingerprint in `byeori.json`,
    tokenizer and generation settings beside them.
    """
    source = Path(subject.ref.adapters[0])
    for name in (WEIGHTS, ADAPTER_RECORD):
        shutil.copyfile(source / name, folder / name)
    config = json.loads((source / CONFIG).read_text(encoding="utf-8"))
    ref = subject.ref
    # Within the workspace a folder is named by its content, which others cannot look for.
    config["base_model_name_or_path"] = resolve_base(ref.base, ref.revision)
    config["revision"] = ref.revision
    write_json(folder / CONFIG, config)
    save_tokenizer(model, folder)
    generation_settings(model, subject.decoding).save_pretrained(folder)
