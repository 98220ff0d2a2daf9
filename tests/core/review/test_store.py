import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byeori import DataError, StoppedError
from byeori.review.agreement import agreements
from byeori.review.queue import Choice, Queue
from byeori.review.records import Decision, decision, outcome
from byeori.review.store import ReviewStore, lot

TEXTS = {"instruction": "Q", "input": "", "output": "A"}


def ids(study: Any) -> list[str]:
    return [row.id for row in study.subject.examples]


def test_the_next_example_is_the_next_undecided_one_and_the_end_leads_to_the_start(
    study: Any, store: ReviewStore
) -> None:
    queue, names = Queue(store, "kim"), ids(study)
    assert queue.next(Choice()) == 0
    store.decide(Decision(example=names[1], reviewer="kim", verdict="accept"))
    assert queue.next(Choice(), after=0) == 2
    assert queue.next(Choice(), after=len(names) - 1) == 0
    assert queue.next(Choice(task="number"), after=4) == 5
    assert queue.step(Choice(state="accept"), 9, -1) == 1
    assert queue.step(Choice(language="ko"), 1, 1) == 3
    assert queue.step(Choice(), len(names) - 1, 1) is None


def test_of_a_document_outside_the_overlap_one_reviewer_decides(
    study: Any, store: ReviewStore
) -> None:
    kim, lee = (Queue(store, name, overlap=0.4) for name in ("kim", "lee"))
    assert kim.next(Choice()) == 0  # and claims it
    documents = {row.id: row.document_id for row in study.subject.examples}
    shared = {id_ for id_, document in documents.items() if lot(document) < 0.4}
    assert 0 < len(shared) < len(documents)
    for queue in (kim, lee):
        while (position := queue.next(Choice())) is not None:
            example = ids(study)[position]
            store.decide(Decision(example=example, reviewer=queue.reviewer, verdict="accept"))
    decided = {one.example: [] for one in store.current()}  # type: ignore[var-annotated]
    for one in store.current():
        decided[one.example].append(one.reviewer)
    assert set(decided) == set(documents)
    assert {id_ for id_, who in decided.items() if len(who) == 2} == shared
    assert kim.progress(Choice())["left"] == lee.progress(Choice())["left"] == 0


def test_two_reviewers_are_not_given_the_same_example_at_one_time(store: ReviewStore) -> None:
    kim, lee = Queue(store, "kim"), Queue(store, "lee")
    assert [kim.next(Choice()), lee.next(Choice()), kim.next(Choice())] == [0, 1, 0]


def test_an_adjudicator_sees_what_reviewers_disagree_about_and_decides_for_all(
    study: Any, store: ReviewStore
) -> None:
    names = ids(study)
    for reviewer, verdicts in {"kim": "accept reject edit", "lee": "accept edit edit"}.items():
        for example, verdict in zip(names, verdicts.split(), strict=False):
            edits = {"output": "better"} if verdict == "edit" else {}
            store.decide(Decision(example=example, reviewer=reviewer, verdict=verdict, edits=edits))
    judge = Queue(store, "park", role="adjudicator")
    assert judge.next(Choice()) == 1
    assert judge.progress(Choice())["left"] == 1
    result = outcome(store.of(names[1]))
    assert result is not None
    assert (result.verdict, result.by) == ("disagreement", ["kim", "lee"])
    store.decide(Decision(example=names[1], reviewer="park", role="adjudicator", verdict="reject"))
    result = outcome(store.of(names[1]))
    assert result is not None
    assert (result.verdict, result.by) == ("reject", ["park"])
    assert judge.next(Choice()) is None
    (agreement,) = agreements(store.current())
    assert (agreement.examples, agreement.same) == (3, 2)
    assert agreement.kappa is not None
    assert agreement.kappa.statistic == pytest.approx(0.5)


ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("decide"), st.sampled_from("abc"), st.sampled_from(["kim", "lee"]),
                  st.sampled_from(["accept", "reject", "flag"])),
        st.tuples(st.just("undo"), st.sampled_from(["kim", "lee"])),
    ),
    max_size=30,
)  # fmt: skip


@given(ACTIONS)
def test_what_holds_is_what_was_decided_last_and_not_undone(actions: list[Any]) -> None:
    log: dict[str, list[tuple[str, str]]] = {"kim": [], "lee": []}
    with tempfile.TemporaryDirectory() as folder, ReviewStore(Path(folder) / "r.sqlite") as store:
        for action, *rest in actions:
            if action == "decide":
                example, reviewer, verdict = rest
                store.decide(Decision(example=example, reviewer=reviewer, verdict=verdict))
                log[reviewer].append((example, verdict))
            else:
                undone = store.undo(rest[0])
                last = log[rest[0]].pop() if log[rest[0]] else None
                assert (undone and (undone.example, undone.verdict)) == last
        held = {(one.example, one.reviewer): one.verdict for one in store.current()}
    assert held == {(e, who): v for who, decided in log.items() for e, v in decided}


def test_a_decision_that_is_sent_twice_is_taken_once(study: Any, store: ReviewStore) -> None:
    one = Decision(example=ids(study)[0], reviewer="kim", verdict="accept")
    store.decide(one, "a")
    store.decide(one, "a")
    undone = store.undo("kim")
    assert undone is not None
    assert undone.same_as(one)
    assert store.undo("kim") is None
    assert store.of(one.example) == []


def test_a_decision_outlives_the_kill_of_its_process(study: Any, store: ReviewStore) -> None:
    code = (
        "import os, signal, sys; from pathlib import Path\n"
        "from byeori.review.store import ReviewStore\n"
        "from byeori.review.records import Decision\n"
        "store = ReviewStore(Path(sys.argv[1]))\n"
        "for n in range(5):\n"
        "    store.decide(Decision(example=str(n), reviewer='kim', verdict='accept'))\n"
        "store._connection.execute('BEGIN IMMEDIATE')\n"
        "store._connection.execute('DELETE FROM decisions')\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(store.path)], env=dict(os.environ))
    assert done.returncode == -signal.SIGKILL
    assert [one.example for one in store.current()] == list("01234")


def test_examples_that_a_later_run_lacks_keep_their_decisions_and_are_not_shown(
    study: Any, store: ReviewStore
) -> None:
    names = ids(study)
    store.decide(Decision(example=names[0], reviewer="kim", verdict="accept"))
    store.decide(Decision(example=names[1], reviewer="lee", verdict="accept"))
    study.run("[{use: length, min_output: 3}]")  # drops the numbers
    store.follow(study.subject)
    assert store.undo("lee") is None  # nobody would see what was undone
    queue = Queue(store, "kim")
    assert queue.progress(Choice())["total"] == 12
    assert queue.next(Choice()) == 2
    study.run()
    store.follow(study.subject)
    assert queue.progress(Choice())["total"] == 24
    assert [one.example for one in store.current()] == names[:2]


def test_a_full_disk_loses_nothing_that_was_taken_and_room_lets_it_go_on(
    study: Any, store: ReviewStore
) -> None:
    names = ids(study)
    store.decide(Decision(example=names[0], reviewer="kim", verdict="accept"))
    (pages,) = store.read("PRAGMA page_count")[0]
    store.read(f"PRAGMA max_page_count={pages}")
    long = Decision(example=names[1], reviewer="kim", verdict="flag", note="x" * 50_000)
    for _ in range(2):
        with pytest.raises(StoppedError, match=r"full; decisions made so far are kept\. Make room"):
            store.decide(long, "once")
    assert [one.example for one in store.current()] == [names[0]]
    store.read(f"PRAGMA max_page_count={pages + 100}")
    store.decide(long, "once")
    assert [one.example for one in store.current()] == names[:2]


def test_a_file_that_is_no_review_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("no database at all, but text of some length" * 40)
    with pytest.raises(DataError, match="damaged"):
        ReviewStore(tmp_path / "a")


def test_changed_texts_make_an_edit_and_unchanged_ones_an_acceptance() -> None:
    def made(verdict: str, **texts: str) -> Decision:
        return decision(
            verdict=verdict, before=TEXTS, texts={**TEXTS, **texts}, example="a", reviewer="k"
        )

    assert made("accept").verdict == made("edit").verdict == "accept"
    assert (made("accept", output="B").verdict, made("edit", output="B").edits) == (
        "edit",
        {"output": "B"},
    )
    assert made("reject", output="B").edits == {}
    for wrong in ({"verdict": "yes"}, {"verdict": "edit", "output": " "}):
        with pytest.raises(ValueError, match=r"the verdict is one of|output may not be empty"):
            made(**wrong)
