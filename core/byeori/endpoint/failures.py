"""When so many requests fail that a run stops."""

from byeori.endpoint.config import EndpointConfig
from byeori.endpoint.requests import Failure
from byeori.errors import StoppedError

FEWEST_REQUESTS = 20
"""The share of failures is not judged on fewer outcomes than these."""


class Failures:
    """Stops a run whose requests mostly fail, so that nobody pays for a broken one to its end.

    Attributes:
        too_many: the run was stopped here.
    """

    def __init__(self, config: EndpointConfig) -> None:
        self.too_many = False
        self._config = config
        self._last = Failure("")
        self._outcomes = 0
        self._failed = 0
        self._sent = 0

    def judge(self, error: Failure | None) -> None:
        """Count an outcome.

        Raises:
            StoppedError: more than `max_failures` of at least 20 failed.
        """
        self._outcomes += 1
        # A final failure without a status was never sent: the prompt cannot be.
        self._sent += error is None or error.status is not None or not error.final
        if error is None:
            return
        self._failed += 1
        self._last = error
        share = self._failed / self._outcomes
        if self._outcomes >= FEWEST_REQUESTS and share > self._config.max_failures:
            raise self._stopped(f"more than `max_failures: {self._config.max_failures:g}`")

    def judge_all(self) -> None:
        """At the end: an endpoint without one usable answer is broken, however few requests.

        Raises:
            StoppedError: all requests failed, and not because they could not be sent.
        """
        if self._sent and self._failed == self._outcomes:
            raise self._stopped("that is all of them")

    def _stopped(self, what: str) -> StoppedError:
        self.too_many = True
        error = self._last
        said = f" ({error.detail})" if error.detail else ""
        return StoppedError(
            f"{self._config.base_url}: {self._failed} of {self._outcomes} requests to "
            f"{self._config.name!r} failed, {what}; the last: {error.reason}{said}. "
            "Put it right and run again: the answers so far are kept, and only what got no usable "
            "answer is asked for again"
        )
