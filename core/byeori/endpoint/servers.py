"""One server of a model: how much it may be asked at a time, and when it is left in peace."""

import asyncio
from dataclasses import dataclass, field

from byeori.endpoint.errors import TryAgainError
from byeori.endpoint.transport import Address, Transport
from byeori.errors import StoppedError

BACKED_OFF = 0.7
"""What is left of the requests in flight when a server is overloaded."""
OVERLOADED = {429, 503, 504, 529}
SHORTEST_REST, LONGEST_REST = 1.0, 60.0
"""Seconds a failing server is set aside, where there are others; doubled each time it fails."""
FAILURES_IN_A_ROW = 3


@dataclass(eq=False)
class Server:
    """Additive increase, multiplicative decrease of what is in flight (Chiu & Jain 1989).

    Attributes:
        address: where it is.
        transport: sends to it.
        most: requests in flight, at most: the largest `concurrency` of those who ask it.
        limit: requests in flight, at most, for now.
        in_flight: requests on the way.
        closed_until: loop time until which it asked to be left in peace, or is set aside.
        refused: why no request will ever be answered, or None.
    """

    address: Address
    transport: Transport = field(init=False)
    most: int = 0
    limit: float = 0.0
    in_flight: int = 0
    closed_until: float = 0.0
    refused: StoppedError | None = None
    _last_cut: float = 0.0
    _failures: int = 0
    _rest: float = SHORTEST_REST

    def __post_init__(self) -> None:
        self.transport = Transport(self.address)

    def allow(self, concurrency: int) -> None:
        """Let so many requests be in flight."""
        if concurrency > self.most:
            self.most, self.limit = concurrency, max(self.limit, float(concurrency))

    def has_room(self, now: float) -> bool:
        """Whether one more request may be sent."""
        return (
            self.in_flight < max(1, int(self.limit))
            and now >= self.closed_until
            and self.refused is None
        )

    def succeeded(self) -> None:
        """One request more in flight for each round of answers."""
        self._failures, self._rest = 0, SHORTEST_REST
        if self.limit < self.most:
            self.limit = min(float(self.most), self.limit + 1 / max(1.0, self.limit))

    def failed(self, error: TryAgainError, started: float) -> None:
        """Ask less at a time where it is overloaded, nothing while it wants peace.

        Args:
            error: how a request failed.
            started: loop time when it was sent: what was sent before the last cut says nothing of
                how the server fares since.
        """
        now = asyncio.get_running_loop().time()
        if error.after is not None:
            self.closed_until = max(self.closed_until, now + error.after)
        if (error.slow or error.status in OVERLOADED) and started >= self._last_cut:
            self.limit = max(1.0, min(self.limit, self.in_flight + 1) * BACKED_OFF)
            self._last_cut = now
        self._failures += error.status != 429

    def rest(self, error: TryAgainError) -> float:
        """Set it aside if it fails again and again, for that many seconds; 0 if not."""
        if not error.unreachable and self._failures < FAILURES_IN_A_ROW:
            return 0.0
        seconds, self._rest = self._rest, min(LONGEST_REST, 2 * self._rest)
        self._failures = 0
        self.closed_until = asyncio.get_running_loop().time() + seconds
        return seconds
