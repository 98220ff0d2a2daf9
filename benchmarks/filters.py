"""What byeori's filters cost on a million rows: seconds and memory, one filter a process.

    python benchmarks/filters.py [--quick] [--rows N] [--only NAME ...] [--json FILE]

Made-up examples and documents in English and Korean stand in Arrow files, as between the stages of
a run. For each filter a process of its own reads the rows, filters, and writes what is kept; `all`
is one process with all filters of examples, one after the other. Printed are the processor seconds
of the process, those of reading and writing without any filter (`none`), and its greatest memory
(VmHWM), in which every imported library is counted.
"""

import argparse
import json
import multiprocessing
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

ROWS, QUICK_ROWS = 1_000_000, 20_000


def main() -> int:
    """Make the rows, measure, print, and write the numbers where they are wanted."""
    from deduplication.chain import DOCUMENTS, EXAMPLES, make, measure

    options = _options()
    number = options.rows or (QUICK_ROWS if options.quick else ROWS)
    numbers: dict[str, Any] = {"rows": number}
    print(f"{'rows':>10} {'of':>10} {'filter':>20} {'kept':>9} {'CPU s':>8} {'MiB':>7}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for kind, filters in (("examples", EXAMPLES), ("documents", DOCUMENTS)):
            runs = {"none": [], **{name: [name] for name in filters}}
            if kind == "examples":
                runs["all"] = list(filters)
            wanted = {k: v for k, v in runs.items() if not options.only or k in options.only}
            if not wanted:
                continue
            rows = Path(folder) / f"{kind}.arrow"
            _apart(make, rows, kind, number)
            numbers[kind] = {}
            for label, names in wanted.items():
                numbers[kind][label] = found = _apart(measure, rows, kind, names)
                print(
                    f"{number:10} {kind:>10} {label:>20} {found['kept']:9} "
                    f"{found['cpu_seconds']:8.1f} {found['peak_mib']:7.0f}",
                    flush=True,
                )
    if options.json:
        options.json.write_text(json.dumps(numbers, indent=2) + "\n")
    return 0


def _apart(function: Any, *arguments: Any) -> Any:
    """What a function returns in a fresh process, whose memory is its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(function, arguments)


def _options(arguments: Iterable[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_ROWS} rows")
    parser.add_argument("--rows", type=int, help=f"how many; {ROWS} unless told")
    parser.add_argument("--only", nargs="+", help="these filters; `none` and `all` are two")
    parser.add_argument("--json", type=Path, help="write the numbers to this file")
    return parser.parse_args(arguments and list(arguments))


if __name__ == "__main__":
    sys.exit(main())
