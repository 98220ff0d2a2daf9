"""How one request can fail: for now, or for good."""


class TryAgainError(Exception):
    """The request failed and may succeed later.

    Attributes:
        reason: a short sentence.
        status: HTTP status, or None.
        after: seconds the endpoint asked to wait, or None.
        unreachable: no connection could be made at all.
        slow: no answer came in time.
        detail: what the endpoint said, an excerpt.
    """

    def __init__(
        self,
        reason: str,
        *,
        status: int | None = None,
        after: float | None = None,
        unreachable: bool = False,
        slow: bool = False,
        detail: str = "",
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status
        self.after = after
        self.unreachable = unreachable
        self.slow = slow
        self.detail = detail


class RefusedError(Exception):
    """The endpoint will not answer this request, however often it is asked."""

    def __init__(self, reason: str, *, status: int | None = None, detail: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status
        self.detail = detail


class WithdrawnError(Exception):
    """The request was not sent: by the time its turn had come, it was not wanted any more."""
