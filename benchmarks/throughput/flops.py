"""Model FLOPs: what the weights' matrix products need, and how much of a GPU's peak that is.

Counted are two operations for each weight and token forward, two more for the gradient of the
input and, in full tuning, two for that of the weight; the output layer at learnt tokens only.
Attention, LoRA's own matrices, padding and recomputation do not count: the true load is higher.
"""

from itertools import groupby

from byeori import Example
from throughput.workload import VOCABULARY, Shape

PEAKS = {"H200": 989e12, "H100": 989e12, "A100": 312e12}
"""Dense bfloat16 operations a second, by a part of the device's name (NVIDIA's data sheets)."""


def step_flops(shape: Shape, method: str, tokens: int, learnt: int) -> float:
    """Of one optimiser step over `tokens` tokens, `learnt` of which are predicted."""
    layer = 4 * shape.hidden**2 + 3 * shape.hidden * shape.intermediate
    head = shape.hidden * VOCABULARY
    return (4 if method == "lora" else 6) * (tokens * shape.layers * layer + learnt * head)


def computed_tokens(examples: list[Example], *, shared: bool) -> int:
    """Tokens of all examples; of those of one document, its own once if it is shared."""
    total = 0
    for _, rows in groupby(examples, key=lambda row: row.document_id):
        members = list(rows)
        own = [len(row.instruction.split()) + len(row.output.split()) + 1 for row in members]
        total += sum(own) + len(members[0].input.split()) * (1 if shared else len(members))
    return total


def peak(device_name: str) -> float:
    """The device's peak in operations a second.

    Raises:
        ValueError: it is not among `PEAKS`.
    """
    for part, operations in PEAKS.items():
        if part in device_name:
            return operations
    raise ValueError(f"the peak of {device_name!r} is not known; add it to PEAKS in {__file__}")
