"""Whose request is sent next, and to which server: everybody's turn comes, whoever asks more."""

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence

from byeori.endpoint.servers import Server
from byeori.endpoint.transport import Address


class Claim:
    """One who asks: its requests wait in a row of their own.

    Attributes:
        servers: those that can answer it, with how much each is to be asked of the whole.
    """

    def __init__(self, servers: Sequence[tuple[Server, float]]) -> None:
        self.servers = servers
        self.waiting: deque[asyncio.Future[Server]] = deque()

    def free(self, now: float) -> Server | None:
        """The server with room that has the least to do for its weight."""
        open_ = [(s, weight) for s, weight in self.servers if s.has_room(now)]
        if not open_:
            return None
        return min(open_, key=lambda pair: (pair[0].in_flight + 1) / pair[1])[0]


class Turns:
    """All servers of a process, and all who ask them; used in one event loop only."""

    def __init__(self) -> None:
        self._servers: dict[Address, Server] = {}
        self._claims: deque[Claim] = deque()
        self._timer: asyncio.Handle | None = None
        self._timer_at = 0.0

    def claim(self, wanted: Iterable[tuple[Address, int, float]]) -> Claim:
        """Begin to ask servers, given with requests in flight at most, and weight."""
        servers = []
        for address, concurrency, weight in wanted:
            server = self._servers.setdefault(address, Server(address))
            server.allow(concurrency)
            servers.append((server, weight))
        claim = Claim(servers)
        self._claims.append(claim)
        return claim

    def drop(self, claim: Claim) -> None:
        """End it, when none of its requests is on the way any more."""
        self._claims.remove(claim)

    async def enter(self, claim: Claim) -> Server:
        """Wait for a server that may be sent a request now; give it back with `leave`.

        Raises:
            StoppedError: all of them have refused to answer anything.
        """
        _refuse(claim)
        if not claim.waiting and (server := claim.free(asyncio.get_running_loop().time())):
            server.in_flight += 1
            return server
        turn: asyncio.Future[Server] = asyncio.get_running_loop().create_future()
        claim.waiting.append(turn)
        self.go_on()
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self.leave(turn.result())
            raise

    def leave(self, server: Server) -> None:
        """A request is not on the way any more."""
        server.in_flight -= 1
        self.go_on()

    def go_on(self) -> None:
        """Give every free place to the one whose turn it is."""
        now = asyncio.get_running_loop().time()  # one moment for all: no server opens in between
        left = len(self._claims)  # claims in a row that could not be given a place
        while left:
            left = len(self._claims) if self._grant(now) else left - 1
        if any(claim.waiting for claim in self._claims):
            self._wake_later(now)

    def _grant(self, now: float) -> bool:
        """One place for the first in the row of claims, who then goes to its end."""
        claim = self._claims[0]
        self._claims.rotate(-1)
        while claim.waiting and claim.waiting[0].done():  # cancelled
            claim.waiting.popleft()
        if not claim.waiting:
            return False
        if all(server.refused for server, _ in claim.servers):
            claim.waiting.popleft().set_exception(_refusal(claim))
            return True
        server = claim.free(now)
        if server is None:
            return False
        server.in_flight += 1
        claim.waiting.popleft().set_result(server)
        return True

    def _wake_later(self, now: float) -> None:
        """When the first closed server opens; one that is full goes on when a request leaves."""
        closed = [s.closed_until for s in self._servers.values() if s.closed_until > now]
        if not closed or (self._timer is not None and self._timer_at <= min(closed)):
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer_at = min(closed)  # uvloop's timers of less than a millisecond have no `when`
        self._timer = asyncio.get_running_loop().call_at(self._timer_at, self._woken)

    def _woken(self) -> None:
        self._timer = None
        self.go_on()

    async def close(self) -> None:
        """Close all connections."""
        if self._timer is not None:
            self._timer.cancel()
        for server in self._servers.values():
            await server.transport.close()


def _refuse(claim: Claim) -> None:
    if all(server.refused for server, _ in claim.servers):
        raise _refusal(claim)


def _refusal(claim: Claim) -> Exception:
    return next(server.refused for server, _ in claim.servers if server.refused)
