"""What was on the way when a process was killed can be told."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from byeori.store import asked as module
from byeori.store.answers import AnswerJournal
from byeori.store.asked import Asked, AskedLog

URL = "http://127.0.0.1:1/v1"


def asked(n: int, where: str = "문서\n1") -> Asked:
    return Asked(f"{n:064x}", "examples.0", where)


def test_what_was_asked_and_neither_answered_nor_given_up_is_left(tmp_path: Path) -> None:
    log = AskedLog(tmp_path / "a.asked")
    assert log.left() == []
    for n in range(4):
        log.add(asked(n))
    log.given_up(asked(1).key)
    log.close()
    assert log.left() == [asked(0), asked(2), asked(3)]


def test_a_line_that_a_kill_cut_off_is_no_line(tmp_path: Path) -> None:
    log = AskedLog(tmp_path / "a.asked")
    log.add(asked(0))
    log.add(asked(1))
    log.close()
    os.truncate(log.path, log.path.stat().st_size - 9)
    assert log.left() == [asked(0)]


def test_the_file_stays_small_and_keeps_what_is_on_the_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LONGEST", 2000)
    log = AskedLog(tmp_path / "a.asked")
    for n in range(500):
        log.add(asked(n))
        if n != 77:
            log.answered(asked(n).key)
    assert log.path.stat().st_size < 2500
    assert asked(77) in log.left()
    log.answered(asked(77).key)
    log.close()
    assert not log.path.exists(), "nothing is on the way any more"


def test_after_kill_9_what_has_no_answer_is_told_until_it_is_forgotten(tmp_path: Path) -> None:
    code = f"""
import os, signal, sys
from byeori.store.answers import AnswerJournal, Question
from byeori.store.asked import Asked
from pathlib import Path
journal = AnswerJournal(Path(sys.argv[1]))
for n in range(6):
    journal.asked.add(Asked(Question.of({URL!r}, {{"q": n}}).key, "examples.0", f"d{{n}}"))
    if n % 2:
        journal.put({URL!r}, {{"q": n}}, {{}})
os.kill(os.getpid(), signal.SIGKILL)
"""
    path = tmp_path / "answers.sqlite"
    with AnswerJournal(path):
        pass
    killed = subprocess.run([sys.executable, "-c", code, str(path)], check=False)
    assert killed.returncode == -9
    with AnswerJournal(path) as journal:
        for _ in range(2):  # again, where a kill hindered the telling
            assert [a.where for a in journal.find_interrupted()] == ["d0", "d2", "d4"]
        assert len(journal.interrupted) == 3
        journal.asked.forget()
    with AnswerJournal(path) as journal:
        assert journal.find_interrupted() == []
