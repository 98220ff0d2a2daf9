"""A model that was tuned elsewhere, as a stage: compared with its base, averaged, exported."""

import shutil
from dataclasses import replace
from pathlib import Path

from pydantic import Field, model_validator

from byeori import Config, Context, DataError, ModelRef, TuningData, TuningMethod
from byeori_plugins.tuning.training.checkpoints import stopping_when_full

_FILES = ("*.safetensors", "*.json", "*.model", "*.txt", "*.jinja")


class ExistingConfig(Config):
    """Settings of `existing`."""

    folder: Path | None = Field(
        None, description="Folder of the model: config.json, tokenizer, *.safetensors."
    )
    hub: str | None = Field(None, description="Or its id on the hub, such as `owner/name`.")
    revision: str | None = Field(
        None,
        pattern=r"^[0-9a-f]{40}$",
        description="Commit of the hub id, 40 hexadecimal digits: what a name means can move.",
    )

    @model_validator(mode="after")
    def _one_place(self) -> "ExistingConfig":
        if (self.folder is None) == (self.hub is None):
            raise ValueError("give either `folder` or `hub`")
        if (self.hub is None) != (self.revision is None):
            raise ValueError("`hub` and `revision` go together")
        return self


class Existing(TuningMethod[ExistingConfig]):
    """Takes a whole model that was tuned elsewhere; nothing is trained."""

    name = "existing"
    version = 1
    keeps_shape = False
    config_model = ExistingConfig

    def tune(self, model: ModelRef, data: TuningData, context: Context) -> ModelRef:
        """Copy the model's files below `context.output`, so that the run has them.

        Raises:
            DataError: the folder holds no model, or the hub does not give it.
            StoppedError: the disk is full.
        """
        from byeori.models import ModelError, base_reference, local_folder
        from byeori_plugins.tuning.training.saving import MODEL_FOLDER

        place = str(self.config.folder) if self.config.folder else str(self.config.hub)
        try:
            ref = base_reference(place, self.config.revision, None, model.template)
            source = local_folder(ref)
        except ModelError as error:
            raise DataError(f"{context.stage}: {error}") from error
        target = (context.output / MODEL_FOLDER).absolute()
        with stopping_when_full(context.stage, context.output):
            target.mkdir(parents=True)
            for file in sorted({path for pattern in _FILES for path in source.glob(pattern)}):
                shutil.copyfile(file, target / file.name)
        return replace(model, adapters=(), merged_path=str(target))
