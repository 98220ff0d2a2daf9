"""When so many requests fail that a run stops."""

from byeori.endpoint.config import EndpointConfig
from byeori.endpoint.replies import PASSING
from byeori.endpoint.requests import Failure
from byeori.errors import StoppedError
from byeori.ledger import Ledger

FEWEST_REQUESTS = 20
"""The share of failures is not judged on fewer outcomes than these."""
FEWEST_UNUSABLE = 5
"""Fewer unusable answers or refused prompts say nothing of a model that gave usable answers before:
a generator that asks in small steps goes on after a step without one."""


class Failures:
    """Stops a run whose requests mostly fail, so that nobody pays for a broken one to its end.

    Attributes:
        too_many: the run was stopped here.
    """

    def __init__(self, config: EndpointConfig, ledger: Ledger) -> None:
        self.too_many = False
        self._config = config
        self._model = f"{config.name} at {config.base_url}"
        self._usable = ledger.usable
        self._worked = self._usable[self._model] > 0
        self._last = Failure("")
        self._outcomes = 0
        self._failed = 0
        self._sent = 0
        self._unanswered = 0

    def judge(self, error: Failure | None) -> None:
        """Count an outcome.

        Raises:
            StoppedError: more than `max_failures` of at least 20 failed.
        """
        self._outcomes += 1
        # A final failure without a status was never sent: the prompt cannot be.
        self._sent += error is None or error.status is not None or not error.final
        if error is None:
            self._usable[self._model] += 1
            return
        self._unanswered += not _is_of_the_request(error)
        self._failed += 1
        self._last = error
        share = self._failed / self._outcomes
        if self._outcomes >= FEWEST_REQUESTS and share > self._config.max_failures:
            raise self._stopped(f"more than `max_failures: {self._config.max_failures:g}`")

    def judge_all(self) -> None:
        """At the end: an endpoint without one usable answer is broken.

        Raises:
            StoppedError: all requests failed, and not because they could not be sent; fewer than
                five, of a model that gave this stage usable answers before, only where the endpoint
                answered none.
        """
        if not self._sent or self._failed < self._outcomes:
            return
        a_small_step = self._worked and self._sent < FEWEST_UNUSABLE
        if not a_small_step or self._unanswered == self._sent:
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


def _is_of_the_request(error: Failure) -> bool:
    """Whether another request may well fare better: the endpoint answered, or refused this one."""
    status = error.status or 0
    return error.final or (400 <= status < 500 and status not in PASSING)
