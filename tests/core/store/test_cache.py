"""The cache of a workspace: whole files or none, and never too many."""

import os
from pathlib import Path

import pytest

from byeori.store.cache import CacheFolder


def test_a_file_is_kept_under_its_key_and_a_damaged_one_is_removed(tmp_path: Path) -> None:
    cache = CacheFolder(tmp_path / "cache")
    assert cache.get("a") is None
    path = cache.put("a", lambda part: part.write_bytes(b"ids"))
    assert cache.get("a") == path
    assert path.read_bytes() == b"ids"
    path.write_bytes(b"idz")
    assert cache.get("a") is None
    assert not path.exists()


def test_a_file_that_could_not_be_written_leaves_nothing(tmp_path: Path) -> None:
    def fail(part: Path) -> None:
        part.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    cache = CacheFolder(tmp_path)
    with pytest.raises(OSError, match="No space"):
        cache.put("a", fail)
    assert list(tmp_path.iterdir()) == []


def test_what_was_used_longest_ago_goes_first_when_the_cache_is_large(tmp_path: Path) -> None:
    cache = CacheFolder(tmp_path)
    for age, key in enumerate("abc"):
        path = cache.put(key, lambda part: part.write_bytes(bytes(100)))
        os.utime(path, (1000 - age, 1000 - age))
    (tmp_path / ".d.7.part").write_bytes(b"left by a kill")
    assert cache.get("c") is not None  # used now
    cache.tidy(largest=250)
    assert sorted(path.name[0] for path in tmp_path.iterdir()) == ["a", "c"]
