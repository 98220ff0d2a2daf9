"""Keeps checks from reaching beyond this machine."""

import ipaddress
import os
from collections.abc import Iterator
from contextlib import contextmanager

from byeori.testing.auditing import Listeners


class NetworkUsedError(BaseException):
    """Something beyond this machine was asked for while checks ran.

    No `Exception`, so that code that tries again where the network fails does not wait for it.

    Attributes:
        host: what was asked for.
    """

    def __init__(self, host: str) -> None:
        self.host = host
        super().__init__(f"it asks {host}, and checks use no network")


def _hook(event: str, arguments: tuple[object, ...]) -> None:
    if _listeners and (host := _host_of(event, arguments)):
        _listeners.tell(host)
        raise NetworkUsedError(host)


_listeners = Listeners[str](_hook)


def _host_of(event: str, arguments: tuple[object, ...]) -> str:
    """The host beyond this machine that an audit event is about; empty for every other event."""
    if event == "socket.getaddrinfo":
        host = arguments[0]
    elif event == "socket.connect" and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    else:  # other events, and sockets of this machine alone, which have no such address
        return ""
    text = os.fsdecode(host) if isinstance(host, str | bytes) else ""
    return "" if _is_here(text) else text


def _is_here(host: str) -> bool:
    if host in ("", "localhost"):
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


@contextmanager
def offline() -> Iterator[list[str]]:
    """Whoever asks for a host beyond this machine, in any thread, gets a `NetworkUsedError`.

    Gives the list of the hosts that are asked for, also where the error is caught.
    """
    with _listeners.listening() as asked:
        yield asked
