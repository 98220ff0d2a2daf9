"""ROUGE-L's F in the arithmetic of rouge-score, and the integers that decide it."""

from functools import lru_cache


def rouge_l(common: int, length: int, other: int) -> float:
    """F of ROUGE-L (Lin 2004, section 3.2, beta 1), in the operations and order of rouge-score.

    Args:
        common: tokens of the longest common subsequence.
        length: tokens of one text.
        other: tokens of the other.
    """
    if not common:
        return 0.0
    precision, recall = common / other, common / length
    return 2 * precision * recall / (precision + recall)


@lru_cache(maxsize=1 << 18)
def needed(length: int, other: int, threshold: float) -> int:
    """Fewest common tokens with which F is over the threshold; may be more than there are tokens.

    Two texts are compared by this whole number, so that a tie is decided as rouge-score's own
    floating-point arithmetic decides it.
    """
    common = int(threshold * (length + other) / 2)
    while common > 0 and rouge_l(common, length, other) > threshold:
        common -= 1
    while rouge_l(common, length, other) <= threshold:
        common += 1
    return common


@lru_cache(maxsize=1 << 14)
def alike_lengths(length: int, threshold: float) -> range:
    """Lengths of the texts that can be over the threshold with one of `length` tokens."""
    shortest = next(n for n in range(1, length + 1) if needed(length, n, threshold) <= n)
    longest = length
    while needed(length, longest + 1, threshold) <= length:
        longest += 1
    return range(shortest, longest + 1)
