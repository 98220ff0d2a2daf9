import numpy as np
from datasketch import MinHash, MinHashLSH
from hypothesis import given, settings
from hypothesis import strategies as st

from byeori_plugins.text.buckets import Buckets

SETS = st.lists(st.sets(st.integers(0, 40), min_size=1, max_size=30), min_size=1, max_size=12)


@settings(deadline=None)
@given(SETS, st.sampled_from([0.3, 0.5, 0.8, 0.9]))
def test_the_numbers_found_are_those_of_datasketch(sets: list[set[int]], threshold: float) -> None:
    theirs = MinHashLSH(threshold, 64, weights=(0.1, 0.9))
    ours = Buckets(threshold, 64)
    for number, shingles in enumerate(sets):
        signature = MinHash(64, seed=1, hashfunc=int, scheme="affine64")
        signature.update_batch(sorted(shingles))
        keys = ours.keys(signature.hashvalues)
        assert ours.found(keys) == set(theirs.query(signature))
        theirs.insert(number, signature)
        ours.add(keys, number)


def test_equal_bands_in_other_places_do_not_meet() -> None:
    buckets = Buckets(0.5, 16)
    keys = buckets.keys(np.zeros(16, dtype=np.uint64))
    assert len(set(keys)) == buckets.bands > 1
