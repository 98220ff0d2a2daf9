import json
import random
import signal
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from byeori.errors import DataError, StoppedError
from byeori.store.answers import AnswerJournal, Question, Received, answer_key

URL = "http://127.0.0.1:1/v1"
texts = st.text(st.characters(exclude_categories=())) | st.text()
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
bodies = st.dictionaries(texts, values, max_size=4)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "answers.sqlite"


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(request_body=bodies, response=bodies, sample=st.integers(0, 5))
def test_what_is_put_comes_back_equal_even_half_a_surrogate_pair(
    tmp_path: Path, request_body: dict, response: dict, sample: int
) -> None:
    path = tmp_path / "answers.sqlite"
    path.unlink(missing_ok=True)
    with AnswerJournal(path) as journal:
        key = journal.put(URL, request_body, response, sample=sample, prompt_tokens=3).key
    with AnswerJournal(path) as journal:
        answer = journal.get(key)
        assert answer is not None
        assert (answer.request, answer.response) == (request_body, response)
        assert (answer.endpoint, answer.sample, answer.prompt_tokens) == (URL, sample, 3)


@given(body=bodies)
def test_the_key_does_not_depend_on_the_order_of_members(body: dict) -> None:
    backwards = dict(reversed(body.items()))
    assert answer_key(URL, body) == answer_key(URL, backwards)


def test_endpoint_request_and_sample_each_make_another_key() -> None:
    keys = {
        answer_key(URL, {"a": 1}),
        answer_key(URL + "/x", {"a": 1}),
        answer_key(URL, {"a": 2}),
        answer_key(URL, {"a": 1}, 1),
    }
    assert len(keys) == 4
    assert all(len(key) == 64 for key in keys)


def test_an_answer_is_committed_when_put_returns(path: Path) -> None:
    with AnswerJournal(path) as journal:
        journal.put(URL, {"q": "물"}, {"a": 1})
        other = sqlite3.connect(path)
        assert other.execute("SELECT count(*) FROM answers").fetchone() == (1,)
        assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert journal._writer.execute("PRAGMA synchronous").fetchone() == (2,)
        other.close()


def test_the_first_answer_to_a_question_stays(path: Path) -> None:
    with AnswerJournal(path) as journal:
        journal.put(URL, {"q": 1}, {"a": "first"})
        kept = journal.put(URL, {"q": 1}, {"a": "second"})
        assert kept.response == {"a": "first"}
        assert len(journal) == 1


def test_many_keys_are_found_in_the_order_asked_and_missing_ones_left_out(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("byeori.store.answers._KEYS_PER_QUERY", 20)
    with AnswerJournal(path) as journal:
        keys = [journal.put(URL, {"q": n}, {"a": n}).key for n in range(50)]
        wanted = [keys[5], "0" * 64, *keys]
        assert list(journal.get_many(wanted)) == list(dict.fromkeys([keys[5], *keys]))
        assert journal.get("0" * 64) is None


def test_a_prefix_finds_its_answers_and_nothing_else(path: Path) -> None:
    with AnswerJournal(path) as journal:
        keys = sorted(journal.put(URL, {"q": n}, {"a": n}).key for n in range(60))
        assert [a.key for a in journal.lookup(keys[7][:2])] == [
            key for key in keys if key.startswith(keys[7][:2])
        ]
        assert [a.key for a in journal.lookup(keys[7].upper())] == [keys[7]]
        assert journal.lookup("") == journal.lookup("x%") == []


def test_threads_put_and_get_at_the_same_time(path: Path) -> None:
    def work(thread: int) -> None:
        for n in range(40):
            key = journal.put(URL, {"q": n, "t": thread % 2}, {"a": n}).key
            found = journal.get(key)
            assert found is not None
            assert found.response == {"a": n}

    with AnswerJournal(path) as journal, ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(6)))
        assert len(journal) == 80


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"not a database at all" * 100, "damaged"),
        (b"SQLite format 3\x00" + b"\xff" * 4000, "damaged"),
    ],
)
def test_a_file_that_is_no_journal_is_refused_and_left_as_it_was(
    path: Path, content: bytes, says: str
) -> None:
    path.write_bytes(content)
    with pytest.raises(DataError, match=says) as error:
        AnswerJournal(path)
    assert str(path) in str(error.value)
    assert "move it away" in str(error.value)
    assert path.read_bytes() == content


def test_a_truncated_journal_is_refused_and_left_as_it_was(path: Path) -> None:
    with AnswerJournal(path) as journal:
        for n in range(100):
            journal.put(URL, {"q": n}, {"a": "x" * 500})
    content = path.read_bytes()
    assert len(content) > 20_000
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(DataError, match="damaged"):
        AnswerJournal(path)
    assert path.read_bytes() == content[: len(content) // 2]


def test_a_flipped_bit_in_an_answer_is_noticed(path: Path) -> None:
    with AnswerJournal(path) as journal:
        key = journal.put(URL, {"q": 1}, {"a": "sixty-three kelvin"}).key
    content = path.read_bytes()
    assert content.count(b"sixty-three") == 1
    path.write_bytes(content.replace(b"sixty-three", b"sixty-thrEe"))
    with AnswerJournal(path) as journal, pytest.raises(DataError, match="not what was written"):
        journal.get(key)


def test_another_programs_database_is_refused(path: Path) -> None:
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE answers (mine TEXT)")
    other.commit()
    other.close()
    before = path.read_bytes()
    with pytest.raises(DataError, match="not an answer journal"):
        AnswerJournal(path)
    assert path.read_bytes() == before


def test_a_journal_of_a_newer_byeori_is_refused(path: Path) -> None:
    AnswerJournal(path).close()
    other = sqlite3.connect(path)
    other.execute("PRAGMA user_version=99")
    other.close()
    with pytest.raises(DataError, match="upgrade byeori"):
        AnswerJournal(path)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no/answers\.sqlite cannot be opened"):
        AnswerJournal(tmp_path / "no" / "answers.sqlite")


def test_what_is_not_json_is_refused_before_anything_is_written(path: Path) -> None:
    with AnswerJournal(path) as journal:
        with pytest.raises(ValueError, match="JSON"):
            journal.put(URL, {"q": float("nan")}, {})
        with pytest.raises(TypeError):
            journal.put(URL, {"q": 1}, {"a": object()})
        assert len(journal) == 0


WRITER = """
import sys
from pathlib import Path
from byeori.store.answers import AnswerJournal
journal = AnswerJournal(Path(sys.argv[1]))
for n in range(int(sys.argv[2]), 10**9):
    key = journal.put("http://x/v1", {"n": n}, {"a": "y" * (n % 3000)}).key
    print(key, flush=True)
"""


def test_no_reported_answer_is_lost_to_kill_9(path: Path) -> None:
    reported: list[str] = []
    moments = random.Random(5)
    for round_ in range(4):
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), str(round_ * 1_000_000)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        reported.append(process.stdout.readline().strip())
        time.sleep(moments.uniform(0, 0.2))
        process.send_signal(signal.SIGKILL)
        rest = process.stdout.read().splitlines(keepends=True)
        reported += [line.strip() for line in rest if line.endswith("\n")]
        process.stdout.close()
        process.wait()
    with AnswerJournal(path) as journal:
        assert len(reported) > 8
        assert set(journal.get_many(reported)) == set(reported)


FILLER = """
import json, resource, sys
from pathlib import Path
from byeori.errors import StoppedError
from byeori.store.answers import AnswerJournal
journal = AnswerJournal(Path(sys.argv[1]))
if len(sys.argv) > 2:
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
keys = []
try:
    for n in range(10_000):
        keys.append(journal.put("http://x/v1", {"n": n}, {"a": "y" * 5000}).key)
except StoppedError as error:
    print(json.dumps({"keys": keys, "error": str(error)}))
"""


def fill(path: Path, *limit: str) -> dict:
    done = subprocess.run(
        [sys.executable, "-c", FILLER, str(path), *limit],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout, done.stderr
    return json.loads(done.stdout)


def test_a_file_that_may_not_grow_stops_the_run_and_loses_nothing(path: Path) -> None:
    result = fill(path, "400000")
    assert str(path) in result["error"]
    assert "run again" in result["error"]
    with AnswerJournal(path) as journal:
        assert len(journal.get_many(result["keys"])) == len(result["keys"]) > 10
        journal.put(URL, {"after": 1}, {"a": 1})


def test_a_full_disk_stops_the_run_and_loses_nothing(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", str(disk)], capture_output=True
    )
    if mounted.returncode:
        pytest.skip(f"no small disk to fill: {mounted.stderr.decode().strip()}")
    try:
        result = fill(disk / "answers.sqlite")
        assert "Make room on the disk" in result["error"]
        with AnswerJournal(disk / "answers.sqlite") as journal:
            assert len(journal.get_many(result["keys"])) == len(result["keys"]) > 10
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_journal_locked_by_another_process_says_so(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("byeori.store.sqlite_errors.BUSY_SECONDS", 0.05)
    with AnswerJournal(path) as journal:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoppedError, match="locked by another process"):
            journal.put(URL, {"q": 1}, {"a": 1})
        other.execute("ROLLBACK")
        other.close()


def test_an_answer_set_aside_stays_and_another_sample_is_asked_for(path: Path) -> None:
    body, other = {"q": 1}, {"q": 2}
    with AnswerJournal(path) as journal:
        keys = {journal.put(URL, body, {"a": "bad"}).key, answer_key(URL, other)}
        journal.set_aside(keys)
        journal.set_aside(keys)
    with AnswerJournal(path) as journal:
        again = journal.current(Question.of(URL, body)).sample
        assert again > 1000, "no sample anybody asks for"
        assert journal.current(Question.of(URL, body, 1)).sample == 1
        assert journal.current(Question.of(URL, other)).sample == 0, "there was no answer"
        key = journal.put(URL, body, {"a": "bad too"}, sample=again).key
        journal.set_aside([key])
        assert journal.current(Question.of(URL, body)).sample == 2 * again
        assert len(journal) == 2


def test_a_journal_from_before_answers_could_be_set_aside_is_used_as_it_is(path: Path) -> None:
    with AnswerJournal(path) as journal:
        key = journal.put(URL, {"q": 1}, {"a": 1}).key
    older = sqlite3.connect(path)
    older.execute("DROP TABLE set_aside")
    older.close()
    with AnswerJournal(path) as journal:
        asked = Question.of(URL, {"q": 1})
        assert journal.current(asked) == asked
        journal.set_aside([key])
        assert journal.current(asked).sample > 0
        assert journal.current(asked) == Question.of(URL, {"q": 1}, journal.current(asked).sample)


def test_answers_put_together_are_all_there_or_none_is(path: Path) -> None:
    received = [Received(Question.of(URL, {"q": n}), {"a": n}, n, n) for n in range(5)]
    with AnswerJournal(path) as journal:
        first = journal.put(URL, {"q": 3}, {"a": "first"})
        kept = journal.put_all([*received, received[0]])
        assert [answer.response["a"] for answer in kept] == [0, 1, 2, "first", 4, 0]
        assert kept[3] == first
        assert len(journal) == 5
        unbindable: Any = object()
        good = Received(Question.of(URL, {"q": 9}), {"a": 9})
        with pytest.raises(StoppedError):
            journal.put_all([good, Received(Question.of(URL, {"q": 8}), {}, unbindable)])
        assert len(journal) == 5
        assert journal.put_all([good])[0].response == {"a": 9}, "it can be written to again"
