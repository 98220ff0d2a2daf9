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
        if self._model is None or self._key != (ref, name):
            self.clear()
            self._model = self.beside(ref, name)
            self._key = (ref, name)
        return self._model

    def beside(self, ref: ModelRef, name: str) -> "TransformersModel":
        """Another model, loaded while the one that is held stays; it is not held itself."""
        from byeori.models import load
        from byeori.models.transformers_model import TransformersModel

        return TransformersModel(load(ref), name, ref.template)

    def clear(self) -> None:
        """Let go of the model, so that its memory is free for training."""
        self._key = self._model = None
