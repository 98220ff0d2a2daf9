"""New pieces from a text: byte-pair encoding that goes on where the tokenizer stops.

New merges stand behind all old ones and join what the old ones leave, so that each new piece is
reached by merges, and a text in which no new piece occurs keeps its tokens.
"""

from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from byeori_plugins.tuning.vocabulary.segmenting import Run, Segmenter, Unit
from byeori_plugins.tuning.vocabulary.training import times_made, trained_merges

Words = Counter[tuple[str, ...]]


@dataclass
class Learnt:
    """New tokens, the most frequent first.

    Attributes:
        pieces: by new token, the old pieces that its text has been so far.
        merges: pairs of tokens that are joined, in order.
        characters: how many of the new tokens are there to make single characters whole.
    """

    pieces: dict[str, Unit] = field(default_factory=dict)
    merges: list[tuple[str, str]] = field(default_factory=list)
    characters: int = 0


@dataclass(frozen=True)
class _Candidate:
    """Tokens that are made together: those of one character, step by step, or that of one merge.

    Attributes:
        count: how often the last of them is made in the text.
        pieces: by token, its old pieces.
        merges: how they are made; none where the tokenizer starts from characters.
        character: whether it is one character.
    """

    count: int
    pieces: dict[str, Unit]
    merges: tuple[tuple[str, str], ...]
    character: bool = False


def learn_pieces(
    runs: Mapping[Run, int],
    segmenter: Segmenter,
    old: Container[str],
    size: int,
    min_frequency: int,
) -> Learnt:
    """Find the new tokens that occur most often: whole characters, and what tokens make together.

    Characters that are several pieces are made whole before anything is joined to them, so that no
    token but the steps to a character holds a part of one. No merge is more frequent than what it
    joins, so the most frequent ones need no others.

    Args:
        runs: how often each occurs in the text to learn from.
        segmenter: the tokenizer's.
        old: its tokens.
        size: new tokens at most.
        min_frequency: how often a new token occurs at least.
    """
    whole = dict(_characters(runs, segmenter, old, min_frequency))
    words = _words(runs, {unit: list(found.pieces)[-1] for unit, found in whole.items()})
    pieces = {token: p for found in whole.values() for token, p in found.pieces.items()}
    joined = _joined(words, pieces, old, size, min_frequency)
    return _most_frequent([*whole.values(), *joined], size)


def _most_frequent(candidates: Sequence[_Candidate], size: int) -> Learnt:
    learnt, taken = Learnt(), []
    possible = {token for found in candidates for token in found.pieces}
    for found in sorted(candidates, key=lambda found: -found.count):
        new = found.pieces.keys() - learnt.pieces.keys()
        needed = {side for merge in found.merges for side in merge}
        # A character of several tokens may have found no room, and what is made of it has none.
        if len(learnt.pieces) + len(new) > size or (needed - new) & possible - learnt.pieces.keys():
            continue
        taken.append(found)
        learnt.pieces |= found.pieces
        learnt.characters += len(new) * found.character
    taken.sort(key=lambda found: not found.character)
    learnt.merges = list(dict.fromkeys(merge for found in taken for merge in found.merges))
    return learnt


def _characters(
    runs: Mapping[Run, int], segmenter: Segmenter, old: Container[str], min_frequency: int
) -> Iterator[tuple[Unit, _Candidate]]:
    """The frequent units of several pieces, each with how it becomes one token."""
    counts: Counter[Unit] = Counter()
    for run, count in runs.items():
        for unit in run:
            counts[unit] += count
    for unit, count in sorted(counts.items(), key=lambda entry: (-entry[1], entry[0])):
        if len(unit) == 1 or count < min_frequency:
            continue
        if segmenter.byte_level:
            steps = list(accumulate(unit))
            pieces = {token: unit[: n + 2] for n, token in enumerate(steps[1:])}
            found = _Candidate(count, pieces, tuple(zip(steps, unit[1:], strict=False)), True)
        else:
            found = _Candidate(count, {segmenter.text_of(unit): unit}, (), True)
        if not any(token in old for token in found.pieces):
            yield unit, found


def _words(runs: Mapping[Run, int], whole: Mapping[Unit, str]) -> Words:
    """The runs as sequences of tokens, cut at characters that are no token."""
    words: Words = Counter()
    for run, count in runs.items():
        tokens: list[str] = []
        for unit in (*run, ()):
            token = unit[0] if len(unit) == 1 else whole.get(unit)
            if token is not None:
                tokens.append(token)
                continue
            if len(tokens) > 1:
                words[tuple(tokens)] += count
            tokens = []
    return words


def _joined(
    words: Words, pieces: Mapping[str, Unit], old: Container[str], size: int, min_frequency: int
) -> Iterator[_Candidate]:
    """What byte-pair encoding makes of the words, in its order."""
    if not words:
        return
    merges = trained_merges(words, size, min_frequency)
    counts = times_made(words, merges)
    refused: set[str] = set()
    for merge in merges:
        first, second = ("".join(side) for side in merge)
        if first in refused or second in refused or first + second in old:
            refused.add(first + second)
            continue
        own = tuple(p for side in merge for token in side for p in pieces.get(token, (token,)))
        yield _Candidate(counts[merge], {first + second: own}, ((first, second),))
