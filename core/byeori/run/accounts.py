"""What the models of a run took, stage by stage, and what was on the way when one was killed."""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from byeori.context import Progress
from byeori.plan import Stage
from byeori.report import Cost
from byeori.run.record import EventLog
from byeori.store.answers import AnswerJournal
from byeori.store.asked import Asked
from byeori.store.files import write_atomically

INTERRUPTED = "interrupted.jsonl"
"""In a run's folder: requests that were on the way when the last run of the workspace ended."""
_SUMMED = ("requests_sent", "requests_sent_again", "requests_repeated_after_a_kill")
_SHOWN = 5


def tell_interrupted(answers: AnswerJournal, file: Path, progress: Progress) -> None:
    """List what was asked when the last run was killed or stopped, and not answered.

    The endpoint may have answered it, and may want to be paid for it.
    """
    left = answers.find_interrupted()
    if left:
        _tell(left, file, progress)
    answers.asked.forget()  # a kill before this tells it again


def _tell(left: Sequence[Asked], file: Path, progress: Progress) -> None:
    rows = [{"stage": a.stage, "where": a.where, "key": a.key} for a in left]
    write_atomically(file, "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows))
    shown = ", ".join(f"{a.stage}: {a.where or a.key[:16]}" for a in left[:_SHOWN])
    more = f" and {len(left) - _SHOWN} more" if len(left) > _SHOWN else ""
    progress.message(
        f"{len(left)} requests were on the way when the last run ended ({shown}{more}; all of them "
        f"in {file}); their answers did not come to be kept, and may be charged"
    )


def accounts(events: EventLog) -> list[dict[str, Any]]:
    """One account for each stage that asked a model, in the order they were first made.

    Returns:
        `{"stage", "state", "answers", "prompt_tokens", ...}`: `byeori.ledger.Ledger.measured`'s
        figures. Answers, tokens and cost are all that the stage used, whoever asked for them;
        requests are summed over the runs that made it, but for a run that was killed, which had no
        time to write. `state` is `done` or `stopped`.
    """
    found: dict[str, dict[str, Any]] = {}
    for row in events.rows():
        measured = row.get("measured") or {}
        if "answers" not in measured:
            continue
        before = found.get(str(row["fingerprint"]), {})
        found[str(row["fingerprint"])] = {
            "stage": row["stage"],
            "fingerprint": row["fingerprint"],
            "state": "done" if "seconds" in row else "stopped",
            **measured,
            **{name: measured.get(name, 0) + before.get(name, 0) for name in _SUMMED},
        }
    return list(found.values())


def costs(stages: Iterable[Stage], events: EventLog) -> Iterator[Cost]:
    """What the report shows of the accounts of these stages, in their order."""
    found = {row["fingerprint"]: row for row in accounts(events)}
    for stage in stages:
        if row := found.get(stage.fingerprint):
            yield Cost(
                stage=stage.id,
                answers=round(row["answers"]),
                from_journal=round(row["answers_from_journal"]),
                prompt_tokens=round(row["prompt_tokens"]),
                completion_tokens=round(row["completion_tokens"]),
                money=row.get("cost"),
                sent=round(row["requests_sent"]),
                sent_again=round(row["requests_sent_again"]),
                failed=round(row["requests_failed"]),
                repeated=round(row["requests_repeated_after_a_kill"]),
            )
