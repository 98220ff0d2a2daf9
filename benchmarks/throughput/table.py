"""The results as a table and as the numbers that are compared with the goals."""

from collections.abc import Iterator, Sequence

from throughput.flops import computed_tokens, peak, step_flops
from throughput.jobs import COMPARISONS, Result
from throughput.sides import Setting
from throughput.workload import SHAPES, make_examples, supervised_tokens

DEFAULT_ROWS = "_default_rows"
GOALS = {
    "lora_grouped": (">=", 5.0),
    "full_grouped": (">=", 5.0),
    "lora_single": (">=", 1.5),
    "memory_grouped": ("<=", 1 / 3),
    "max_loss_difference": ("<=", 1e-4),
}


def summary(results: Sequence[Result]) -> dict[str, float]:
    """byeori over TRL's fastest configuration, by comparison; memory; the largest difference.

    Keys that end in `_default_rows` compare with the fastest of those that compute as many rows at
    once as TRL does by default.
    """
    numbers: dict[str, float] = {}
    for ending in ("", DEFAULT_ROWS):
        for name in COMPARISONS:
            ours, best = _ours(results, name), _best(results, name, ending)
            numbers[name + ending] = ours.per_cpu_second / best.per_cpu_second
        ours, best = (_ours(results, "lora_grouped"), _best(results, "lora_grouped", ending))
        numbers["memory_grouped" + ending] = ours.memory / best.memory
    numbers["max_loss_difference"] = max(_differences(results))
    return numbers


def table(results: Sequence[Result]) -> str:
    """One block a comparison, in Markdown."""
    lines: list[str] = []
    for name in COMPARISONS:
        best = _best(results, name)
        lines += ["", f"{name}:", "", "| training | tokens / CPU s | tokens / s | MiB | ratio |"]
        lines += ["| --- | ---: | ---: | ---: | ---: |"]
        lines += [
            f"| {row.job.label} | {row.per_cpu_second:.1f} | {row.per_second:.1f} "
            f"| {row.memory / 2**20:.0f} | {row.per_cpu_second / best.per_cpu_second:.2f} |"
            for row in _of(results, name)
        ]
    return "\n".join(lines)


def verdicts(numbers: dict[str, float]) -> str:
    """Each number beside its goal."""
    return "\n".join(
        f"{name}: {number:.3g} (goal {sign} {goal:.3g})"
        for name, number in numbers.items()
        for sign, goal in [GOALS[name.removesuffix(DEFAULT_ROWS)]]
    )


def utilisation(results: Sequence[Result], setting: Setting, device_name: str) -> str:
    """Model FLOPs utilisation of each training, in percent of the device's peak."""
    lines = []
    for row in results:
        examples = make_examples(row.job.data, setting.examples)
        learnt = supervised_tokens(examples)
        tokens = computed_tokens(examples, shared=row.job.side == "byeori")
        flops = step_flops(SHAPES[setting.shape], row.job.method, tokens, learnt)
        share = flops / learnt * row.per_second / peak(device_name)
        lines.append(f"{row.job.method} {row.job.data}, {row.job.label}: {share:.1%} of peak")
    return "\n".join(lines)


def _of(results: Sequence[Result], name: str) -> list[Result]:
    return [row for row in results if (row.job.method, row.job.data) == COMPARISONS[name]]


def _ours(results: Sequence[Result], name: str) -> Result:
    return next(row for row in _of(results, name) if row.job.side == "byeori")


def _best(results: Sequence[Result], name: str, ending: str = "") -> Result:
    rows = [row for row in _of(results, name) if row.job.side == "trl"]
    if ending == DEFAULT_ROWS:
        rows = [row for row in rows if row.job.rows is None]
    return max(rows, key=lambda row: row.per_cpu_second)


def _differences(results: Sequence[Result]) -> Iterator[float]:
    """|ours - theirs| of every step's mean loss, of every other training."""
    for name in COMPARISONS:
        ours = _ours(results, name).losses
        for row in _of(results, name):
            yield from (abs(a - b) for a, b in zip(ours, row.losses, strict=True))
