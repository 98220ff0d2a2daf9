"""`byeori review`: the page where people review examples, and what came of it."""

import getpass
import json
import secrets
import webbrowser
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from byeori.cli.options import json_option, open_workspace, print_json, workspace_option
from byeori.errors import StoppedError

if TYPE_CHECKING:
    from byeori.review.server import ReviewServer
    from byeori.review.store import ReviewStore
    from byeori.review.subject import Subject


def _somebody() -> str:
    with suppress(OSError, KeyError, ImportError):
        return getpass.getuser()
    return "reviewer"


@click.command("review")
@click.argument("run")
@click.option("--reviewer", metavar="NAME", help="Who decides; your user name by default.")
@click.option(
    "--overlap",
    type=click.FloatRange(0, 1),
    help="Share of the documents that every reviewer decides; kept with the review. 0 at first.",
)
@click.option("--adjudicate", is_flag=True, help="Decide what reviewers disagree about.")
@click.option("--agreement", is_flag=True, help="Print how far reviewers agree, and stop.")
@click.option(
    "--export",
    "export_to",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the decisions as JSON lines, for the filter `reviewed`, and stop.",
)
@click.option("--all", "everything", is_flag=True, help="Export undecided examples too.")
@click.option(
    "--import",
    "import_from",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Take over decisions or corrected texts from JSON lines, and stop.",
)
@click.option("--port", type=click.IntRange(0, 65535), help="Port of the page; the last one used.")
@click.option("--no-browser", is_flag=True, help="Print the page's address only.")
@workspace_option
@json_option
def review_command(
    run: str,
    reviewer: str | None,
    overlap: float | None,
    adjudicate: bool,
    agreement: bool,
    export_to: Path | None,
    everything: bool,
    import_from: Path | None,
    port: int | None,
    no_browser: bool,
    workspace: Path,
    as_json: bool,
) -> None:
    """Review the examples of RUN on a local page: accept, edit, reject or flag each.

    RUN is the recipe's name, NAME/VARIANT of a sweep, or NAME/sample.
    """
    from byeori.browsing import open_run
    from byeori.review.store import ReviewStore
    from byeori.review.subject import Subject

    place = open_workspace(workspace)
    subject = Subject(open_run(place, run))
    name = (reviewer or _somebody()).strip() or "reviewer"
    with ReviewStore(place.run_folder(run) / "review.sqlite") as store:
        store.follow(subject)
        if overlap is not None:
            store.keep_fact("overlap", repr(overlap))
        if import_from:
            _import(store, subject, import_from, name, as_json)
        if export_to:
            _export(store, subject, export_to, everything, as_json)
        if agreement:
            _print_agreement(store, as_json)
        if not (import_from or export_to or agreement):
            role = "adjudicator" if adjudicate else "reviewer"
            server = _server(store, subject, name, role, port)
            _serve(server, quiet=no_browser, as_json=as_json)


def _server(
    store: "ReviewStore", subject: "Subject", reviewer: str, role: str, port: int | None
) -> "ReviewServer":
    """At the address that this reviewer had before, where it is free: an open page goes on."""
    from byeori.review.desk import Desk
    from byeori.review.queue import Queue
    from byeori.review.server import ReviewServer

    queue = Queue(store, reviewer, role, float(store.fact("overlap", "0")))
    seat = f"{role} {reviewer}"
    token = store.fact(f"token of {seat}") or secrets.token_urlsafe(24)
    wanted = [int(store.fact(f"port of {seat}", "0")), 0] if port is None else [port]
    for number in wanted:
        try:
            server = ReviewServer(Desk(subject, queue), token, number)
        except OSError as error:
            problem = error
            continue
        store.keep_fact(f"token of {seat}", token)
        store.keep_fact(f"port of {seat}", str(server.server_port))
        return server
    raise StoppedError(f"port {wanted[-1]} cannot be used ({problem.strerror}); choose another")


def _serve(server: "ReviewServer", *, quiet: bool, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"url": server.url}))
    else:
        click.echo(f"review as {server.desk.queue.reviewer}: {server.url}")
        click.echo("Ctrl-C ends it; every decision is kept at once")
    if not quiet:
        webbrowser.open(server.url)
    with server, suppress(KeyboardInterrupt):
        server.serve_forever()
    if not as_json:
        click.echo(
            "\nthe same command goes on; to put the decisions into the data:\n"
            f"  byeori review {server.desk.subject.run.name} --export decisions.jsonl\n"
            "  filters: [..., {use: reviewed, path: decisions.jsonl}]"
        )


def _import(
    store: "ReviewStore", subject: "Subject", path: Path, reviewer: str, as_json: bool
) -> None:
    from byeori.review.exchange import import_decisions

    done = import_decisions(store, subject, path, reviewer)
    if as_json:
        print_json(vars(done))
        return
    click.echo(
        f"{done.taken:,} decisions taken, {done.known:,} known already, "
        f"{done.undecided:,} lines without one"
    )
    if done.unknown:
        click.echo(f"{len(done.unknown):,} are no example of it, such as {done.unknown[0]}")


def _export(
    store: "ReviewStore", subject: "Subject", path: Path, everything: bool, as_json: bool
) -> None:
    from byeori.review.exchange import export_decisions

    count = export_decisions(store, subject, path, everything=everything)
    if as_json:
        print_json({"path": str(path), "lines": count})
    else:
        click.echo(f"{count:,} lines written to {path}")


def _print_agreement(store: "ReviewStore", as_json: bool) -> None:
    from byeori.review.agreement import agreements

    found = agreements(store.current())
    if as_json:
        print_json([one.as_json() for one in found])
        return
    for one in found:
        kappa = one.kappa
        told = (
            f"Cohen's kappa {kappa.statistic:.3f} [{kappa.low:.3f}, {kappa.high:.3f}]"
            if kappa
            else f"no kappa: {one.problem}"
        )
        click.echo(
            f"{one.reviewers[0]} and {one.reviewers[1]}: {one.examples:,} examples in common, "
            f"{one.same:,} with the same verdict; {told}; "
            f"{one.examples - one.same_texts:,} to adjudicate"
        )
    if not found:
        click.echo("no two reviewers have decided the same example yet")
