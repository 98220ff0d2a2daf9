"""Keeps the model that was loaded last, so that several evaluations of it load it once."""

from typing import TYPE_CHECKING

from byeori.records import ModelRef

if TYPE_CHECKING:
    from byeori.models.transformers_model import TransformersModel


class ModelCache:
    """Loads models for evaluation, holding one at a time."""

    def __init__(self) -> None:
        self._key: tuple[ModelRef, str] | None = None
        self._model: TransformersModel | None = None

    def load(self, ref: ModelRef, name: str) -> "TransformersModel":
        """The model a reference names, ready to be asked."""
        from byeori.models import load
        from byeori.models.transformers_model import TransformersModel

        if self._model is None or self._key != (ref, name):
            self.clear()
            self._model = TransformersModel(load(ref), name, ref.template)
            self._key = (ref, name)
        return self._model

    def clear(self) -> None:
        """Let go of the model, so that its memory is free for training."""
        self._key = self._model = None
