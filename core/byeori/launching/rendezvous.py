"""The store through which the processes of a launch find each other."""

import os
import threading
from datetime import timedelta
from typing import Any

from byeori.errors import StoppedError
from byeori.launching.place import Place

PATIENCE = 600.0
_QUIET = "TORCH_CPP_LOG_LEVEL"


def open_store(place: Place, patience: float) -> Any:
    """A `torch.distributed` store that all processes of the launch reach.

    The launcher hosts it, or the first process does.

    Args:
        place: which process this is.
        patience: seconds to wait for the others; launchers start processes minutes apart.

    Raises:
        StoppedError: there is no way to the first process, or its port is taken.
    """
    opened: list[Any] = []

    def connect() -> None:
        try:
            opened.append(_connected(place, patience))
        except Exception as error:  # torch has several
            opened.append(error)

    # In a thread: where another program listens at that port, torch waits for it without end.
    thread = threading.Thread(target=connect, daemon=True)
    thread.start()
    thread.join(patience)
    found = opened[0] if opened else TimeoutError(f"no answer in {patience:.0f} s")
    if isinstance(found, Exception):
        raise StoppedError(_problem(place, found)) from found
    return found


def _connected(place: Place, patience: float) -> Any:
    silent = os.environ.setdefault(_QUIET, "FATAL") == "FATAL"  # every attempt is a page of C++
    from torch import distributed

    if silent:
        os.environ.pop(_QUIET, None)  # torch has read it; workers write theirs to their logs
    torch: Any = distributed
    store = torch.TCPStore(
        place.host,
        place.port,
        None,
        place.rank == 0 and not place.hosted,
        timedelta(seconds=patience),
        wait_for_workers=False,
    )
    # Two launches that were given one port by mistake must not take up each other's work.
    return torch.PrefixStore(f"byeori/{place.run}", store)


def _problem(place: Place, error: Exception) -> str:
    where, reason = f"{place.host}:{place.port}", str(error).partition("\n")[0]
    if place.rank == 0 and not place.hosted:
        return (
            f"process 0 cannot wait for the others at {where} ({reason}); set MASTER_ADDR to this "
            "machine and MASTER_PORT to a port that nothing uses"
        )
    return (
        f"process {place.rank} of {place.world} does not reach the first one at {where} ({reason});"
        " see what that one said, whether MASTER_ADDR and MASTER_PORT are its machine and a free "
        "port of it, and whether a firewall lies between"
    )
