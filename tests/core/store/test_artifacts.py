import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byeori import StoppedError, WorkspaceBusyError
from byeori.store import ArtifactStore, Workspace
from byeori.store.artifacts import DamagedArtifactError
from byeori.store.files import content_hash, fingerprint, write_json


def make(store: ArtifactStore, name: str = "a" * 32) -> Path:
    making = store.start(name)
    (making.output / "folder").mkdir()
    (making.output / "folder" / "rows.arrow").write_bytes(b"rows")
    return store.finish(making, {"counts": {"kept": 1}}).folder


def test_an_artifact_is_found_with_what_it_counted(tmp_path: Path) -> None:
    store = ArtifactStore(tmp_path / "artifacts")
    folder = make(store)
    found = store.find("a" * 32)
    assert found is not None
    assert found.folder == folder
    assert found.counts == {"kept": 1}
    assert list(found.manifest["files"]) == ["folder/rows.arrow"]


def test_nothing_is_there_before_it_is_finished(tmp_path: Path) -> None:
    store = ArtifactStore(tmp_path / "artifacts")
    making = store.start("b" * 32)
    (making.output / "half").write_text("half")
    assert store.find("b" * 32) is None


def test_scratch_survives_a_killed_attempt_and_output_does_not(tmp_path: Path) -> None:
    store = ArtifactStore(tmp_path / "artifacts")
    making = store.start("b" * 32)
    (making.output / "half").write_text("half")
    (making.scratch / "checkpoint").write_text("step 10")
    again = store.start("b" * 32)
    assert not list(again.output.iterdir())
    assert (again.scratch / "checkpoint").read_text() == "step 10"


@pytest.mark.parametrize("damage", ["cut", "flip", "delete", "manifest"])
def test_damage_is_seen_and_set_aside(tmp_path: Path, damage: str) -> None:
    store = ArtifactStore(tmp_path / "artifacts")
    folder = make(store)
    file = folder / "folder" / "rows.arrow"
    if damage == "cut":
        file.write_bytes(b"ro")
    elif damage == "flip":
        file.write_bytes(b"rowz")
    elif damage == "delete":
        file.unlink()
    else:
        (folder / "manifest.json").write_text("{")
    with pytest.raises(DamagedArtifactError):
        store.find(folder.name)
    aside = store.set_aside(folder.name)
    assert aside.is_dir()
    assert store.find(folder.name) is None


def test_scratch_of_a_finished_artifact_is_tidied_up(tmp_path: Path) -> None:
    store = ArtifactStore(tmp_path / "artifacts")
    folder = make(store)
    left = store.folder / ".making" / folder.name / "scratch"
    left.mkdir(parents=True)
    store.tidy()
    assert not left.exists()


def test_a_second_process_is_refused_at_once_and_told_who(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from byeori.store import Workspace\n"
        "with Workspace(Path(sys.argv[1])).hold():\n"
        "    print('held', flush=True); time.sleep(60)"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        refused = pytest.raises(WorkspaceBusyError, match=f"process {holder.pid} ")
        with refused, Workspace(tmp_path).hold():
            pass
    finally:
        holder.kill()
        holder.communicate()
    with Workspace(tmp_path).hold():  # the lock died with its holder
        pass


def test_a_folder_that_cannot_be_written_stops_with_advice(tmp_path: Path) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("")
    refused = pytest.raises(StoppedError, match="--workspace")
    with refused, Workspace(blocker / "inside").hold():
        pass


def test_a_folder_hashes_by_names_and_contents(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1")
    before = content_hash(tmp_path)
    os.utime(tmp_path / "a", (0, 0))
    assert content_hash(tmp_path) == before
    (tmp_path / "a").rename(tmp_path / "b")
    assert content_hash(tmp_path) != before


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=8,
)


@given(json_values, json_values)
def test_different_values_have_different_fingerprints(one: object, other: object) -> None:
    if fingerprint(one) == fingerprint(other):
        assert one == other


def test_the_order_of_keys_does_not_change_a_fingerprint() -> None:
    assert fingerprint({"a": 1, "b": {"c": 2, "d": 3}}) == fingerprint(
        {"b": {"d": 3, "c": 2}, "a": 1}
    )


def test_every_file_and_folder_is_on_the_disk_before_the_artifact_appears(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = ArtifactStore(tmp_path / "artifacts")
    synced: list[str] = []

    def sync(path: Path) -> None:
        if path != store.folder:
            assert not store.exists("a" * 32)
        synced.append(path.name)

    monkeypatch.setattr("byeori.store.artifacts.sync_file", sync)
    make(store)
    assert {"rows.arrow", "folder"} <= set(synced)
    assert synced[-1] == "artifacts"


def test_json_is_written_whole_and_leaves_no_part_behind(tmp_path: Path) -> None:
    write_json(tmp_path / "x.json", {"b": 1, "a": "한"})
    assert (tmp_path / "x.json").read_text() == '{\n "a": "한",\n "b": 1\n}\n'
    assert [path.name for path in tmp_path.iterdir()] == ["x.json"]
