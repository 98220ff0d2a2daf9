"""What can be wrong with a model, and with what it is asked."""

from collections.abc import Mapping

from byeori.errors import DataError


class ModelError(DataError):
    """A base model or an adapter is missing, broken, or does not belong to the other."""


class PromptTooLongError(DataError):
    """Some prompts cannot be asked of a model; none has been.

    They are too long for its context with their answers, or hold special tokens of its.

    Attributes:
        reasons: what is wrong with each of them, by its index in the call.
    """

    def __init__(self, reasons: Mapping[int, str]) -> None:
        self.reasons = dict(reasons)
        first, *others = self.reasons.values()
        more = f" (and {len(others)} more items)" if others else ""
        super().__init__(
            f"{first}{more}; nothing is cut silently: change or drop such items, or ask for "
            "fewer new tokens"
        )
