"""What became of one check."""

import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from byeori.errors import ByeoriError
from byeori.testing.offline import NetworkUsedError, offline

_OURS = Path(__file__).parents[2]


@dataclass(frozen=True)
class Check:
    """One check of an installed plugin.

    Attributes:
        plugin: the plugin's name.
        kind: what was checked: `plugin`, `import`, `source`, `recipe`, `prompt`, ...
        name: which one, as a recipe calls it.
        state: how it ended; what needs settings, data or a network is not run, and says so.
        message: what is wrong and what to do, or why it was not run.
        settings: where the settings come from: a recipe, a file, the defaults.
        seconds: how long it took.
    """

    plugin: str
    kind: str
    name: str
    state: Literal["passed", "failed", "not run"]
    message: str = ""
    settings: str = ""
    seconds: float = 0.0


class NotRunError(Exception):
    """A check cannot be run here, and why."""


def checked(
    plugin: str, kind: str, name: str, work: Callable[[], object], settings: str = ""
) -> Check:
    """Run one check without a network, whatever the plugin does."""
    start = time.perf_counter()
    state: Literal["passed", "failed", "not run"] = "passed"
    message = ""
    try:
        with offline():
            work()
    except (NotRunError, NetworkUsedError) as error:
        state, message = "not run", str(error)
    except AssertionError as error:
        state, message = "failed", str(error)
    except ByeoriError as error:
        state, message = "failed", f"stops with: {error}"
    except (Exception, SystemExit) as error:  # whatever a plugin raises, the other checks go on
        state, message = "failed", _unexpected(error)
    return Check(plugin, kind, name, state, message, settings, time.perf_counter() - start)


def _unexpected(error: BaseException) -> str:
    """What was raised, and where in the plugin's code."""
    frames = traceback.extract_tb(error.__traceback__)
    theirs = [frame for frame in frames if not Path(frame.filename).is_relative_to(_OURS)]
    # A library that the plugin uses says less of what is wrong than the plugin's own line.
    theirs = [frame for frame in theirs if "site-packages" not in frame.filename] or theirs
    where = f" at {theirs[-1].filename}:{theirs[-1].lineno}" if theirs else ""
    return (
        f"raises {type(error).__name__}: {error}{where}; a row that cannot be used goes to "
        "context.reject(where, reason), and what stops the run is a byeori.DataError that says "
        "what to do"
    )
