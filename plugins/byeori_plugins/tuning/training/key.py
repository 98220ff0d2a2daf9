"""What identifies a run of training, so that only its own checkpoints are taken up."""

import hashlib
import json
from pathlib import Path

from byeori import ModelRef
from byeori.models import adapter_digest, base_fingerprint
from byeori_plugins.tuning.config import TrainingConfig
from byeori_plugins.tuning.data.material import Material


def key_of_run(
    label: str, config: TrainingConfig, seed: int, ref: ModelRef, learnt: Material
) -> str:
    """Hash of the method, its settings, seed, model and data; not of the processes that train.

    Args:
        label: `name@version` of the method.
    """
    parts = [
        label,
        config.model_dump_json(exclude={"distributed", "report_to"}),
        str(seed),
        base_fingerprint(ref),
        *(adapter_digest(Path(adapter)) for adapter in ref.adapters),
        learnt.train.digest,
        learnt.validation.digest if learnt.validation is not None else "",
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
