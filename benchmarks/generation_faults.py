"""A run over NASA's award records, against a model that fails a fifth of the time, killed.

    python benchmarks/generation_faults.py [--records FILE] [--quick] [--json FILE]

The recipe reads the records, has the loopback model of `byeori.testing.server` write up to three
grounded question-answer pairs for each, splits them, and tunes and scores for one step. It runs
once without faults. Then it runs in a new workspace with faults in 20 % of the requests (HTTP 500
and 429, no answer, an answer cut in the middle, garbage, a slow answer, an answer after the
timeout), is killed (SIGKILL) at several moments, run again after each, and brought to its end.

Printed: documents, examples a document, requests an item, what was lost (0), which requests asked
for an answer that was committed at that moment (0), and whether all files of all stages have the
same bytes (yes). It ends with 1 where one of these is not so.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

from faulted.runs import Job, killed, whole
from faulted.server import WatchedServer
from faulted.table import summary, table

RECORDS = Path(__file__).parents[2] / "shared/data/nasa_sbir/awards_2001_2011.jsonl"
SHARES = (0.0, 0.01, 0.2, 0.45, 0.7, 0.95, 1.1)
"""Requests after which the run is killed, over the number of records."""
QUICK = 200


def main() -> None:
    """Run, print, and write the numbers where they are wanted."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--records", type=Path, default=RECORDS, help="award records, JSON lines")
    parser.add_argument("--quick", action="store_true", help=f"the first {QUICK} records")
    parser.add_argument("--json", metavar="FILE", help="write the numbers there")
    options = parser.parse_args()
    if not options.records.is_file():
        parser.error(f"there are no records at {options.records}; give --records FILE")
    number = sum(1 for line in options.records.open(encoding="utf-8") if line.strip())
    source = {"use": "nasa/sbir", "path": str(options.records.resolve())}
    if options.quick:
        source["limit"] = number = min(number, QUICK)
    job = Job(json.dumps(source))
    moments = [max(1, int(share * number)) for share in SHARES]
    with WatchedServer() as server, tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        calm = whole(job, Path(folder, "calm"), server)
        made = killed(job, Path(folder, "faults"), server, moments)
    print(table(calm, made))
    found = summary(calm, made)
    if options.json:
        Path(options.json).write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    sys.exit(bool(found["lost"] or found["committed_asked_again"] or not found["bytes_equal"]))


if __name__ == "__main__":
    main()
