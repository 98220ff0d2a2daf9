"""What every shipped recipe gives in its tiny form, and what of each paper comes out.

    python benchmarks/systems.py [--quick] [--only RECIPE ...] [--workspace DIR] [--json FILE]
                                 [--docs] [--lend WORKSPACE ...]

Every recipe that a plugin ships and that has `tiny:` is run as a user runs it, in a process of its
own, and `byeori reproduce` sets every paper beside the same runs. What is finished is written to
FILE at once, so that a run that was stopped goes on; a recipe whose plan has not changed is not run
again. Each has a workspace of its own, and its processor seconds are those of all its processes,
start-up included. `--quick` plans everything and runs nothing.
`--lend` takes finished stages of other workspaces; a recipe that was lent some tells no time.
`--docs` writes the tables of docs/systems.md and docs/systems.ko.md.
"""

import argparse
import json
import sys
from pathlib import Path

HERE = Path(__file__).parent
MEASURED = HERE / "systems_table" / "measured.json"
PAGES = {"en": HERE.parent / "docs" / "systems.md", "ko": HERE.parent / "docs" / "systems.ko.md"}


def main() -> int:
    """Run what is not measured yet, print the table, and write it where it is wanted."""
    from systems_table.measure import check_recipes, measure_papers, measure_recipes, tiny_recipes
    from systems_table.table import printed, write_page

    options = _options()
    measured = json.loads(options.json.read_text("utf-8")) if options.json.is_file() else {}
    measured = {"recipes": {}, "papers": {}, "unfinished": {}} | measured

    def keep() -> None:
        text = json.dumps(measured, indent=1, sort_keys=True, ensure_ascii=False)
        options.json.write_text(text + "\n", encoding="utf-8")

    names = [name for name in tiny_recipes() if not options.only or name in options.only]
    if options.quick:
        check_recipes(names)
        failed = {}
    else:
        failed = measure_recipes(names, measured, options.workspace, keep, options.lend)
    if not options.quick and not options.only:
        failed |= measure_papers(measured["papers"], options.workspace, keep)
    print(printed(measured))
    if options.docs:
        for language, page in PAGES.items():
            write_page(page, measured, language)
    for name, error in failed.items():
        print(f"{name}: {error}", file=sys.stderr)
    return 1 if failed else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--quick", action="store_true", help="plan everything, run nothing")
    parser.add_argument("--only", nargs="+", metavar="RECIPE", help="these recipes, no papers")
    parser.add_argument("--workspace", type=Path, default=Path(".byeori"), help="where runs lie")
    parser.add_argument(
        "--lend", nargs="+", type=Path, default=(), metavar="DIR", help="finished stages of these"
    )
    parser.add_argument("--json", type=Path, default=MEASURED, help="where the numbers are kept")
    parser.add_argument("--docs", action="store_true", help="write the tables of the pages")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
