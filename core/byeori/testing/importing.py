"""Loads one plugin in a process of its own and prints, as JSON, what that took.

`python -m byeori.testing.importing MODULE`; for `byeori.testing.offers.check_import`.
"""

import importlib
import json
import sys

from byeori.plugins import UNPREFIXED, discover
from byeori.testing.offline import offline
from byeori.testing.registry import registry_of

HEAVY = ("torch", "transformers", "peft", "datasets", "openai")


def main(module: str) -> None:
    """Import the module and ask what it offers; prints `error`, `heavy` modules, `asked` hosts."""
    error = ""
    with offline() as asked:
        try:
            loaded = importlib.import_module(module)
            built_in = {p.target for p in discover(allow="").plugins if p.name == UNPREFIXED}
            # The built-in one is in every registry, and cannot be in it twice.
            registry_of(**({} if module in built_in else {"plugin": loaded}))
        except BaseException as raised:  # whatever a plugin does when it is loaded
            error = f"{type(raised).__name__}: {raised}"
    heavy = sorted({*HEAVY} & sys.modules.keys())
    print(json.dumps({"error": error, "heavy": heavy, "asked": asked}))


if __name__ == "__main__":
    main(sys.argv[1])
