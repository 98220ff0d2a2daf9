"""F1 of extracted fields: the answer is JSON, or a dictionary as Python writes it; or a list."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from byeori import Item
from byeori_plugins.evaluators.metrics.numbers import same_text
from byeori_plugins.evaluators.metrics.outcome import Measure, Outcome, unscored
from byeori_plugins.evaluators.metrics.settings import MetricSettings
from byeori_plugins.evaluators.metrics.structure import parsed_value
from byeori_plugins.evaluators.text_metrics import normalised_answer

Values = dict[tuple[str, str], list[str]]
"""(field, record it stands in) to its values."""
Same = Callable[[str, str, float], bool]
"""Whether a found value is the right one: found, right, relative tolerance."""
Name = Callable[[str], str]
Counts = Mapping[str, Sequence[int]]
"""By field: values found rightly, found wrongly, and missed."""


def extraction_f1(
    settings: MetricSettings, same: Same = same_text, name: Name = normalised_answer
) -> Measure:
    """Harmonic mean of precision and recall over an answer's values, pooled over its fields.

    A value is right where the reference has it in the same field (and record): the same text by
    `exact-match`, or the same quantity by `numeric`. Absent values are none: `-` answered where
    there is nothing is no mistake, a value there is a wrong one, and `-` in a value's place misses
    it. An answer that rightly gives nothing scores 1, one that is no JSON finds nothing.

    Args:
        settings: fields, records, tolerance, what stands for nothing.
        same: how values are compared; a field of knowledge may know more of them.
        name: what the names of records are made into before they are compared.
    """

    def measure(answer: str, item: Item) -> Outcome:
        try:
            right = values_of(_fields(item.reference), settings, name)
        except ValueError:
            return unscored("the reference is no JSON")
        try:
            found, problem = values_of(_fields(answer), settings, name), {}
        except (ValueError, RecursionError) as error:
            found, problem = {}, {"problem": str(error)}
        counts = _counts(found, right, settings, same)
        value = 0.0 if problem else f1(counts.values())
        return Outcome(value, {"fields": {k: list(v) for k, v in counts.items()}, **problem})

    return measure


def _fields(answer: str) -> Any:
    """An answer's object or list; a number alone is JSON, and extracts nothing.

    Raises:
        ValueError: it is neither.
    """
    value = parsed_value(answer)
    if not isinstance(value, Mapping | list):
        raise ValueError("the answer is neither an object nor a list")
    return value


def f1(counts: Iterable[Sequence[int]]) -> float:
    """F1 of (right, wrong, missed) rows, pooled; 1 where there was nothing and nothing found."""
    rows = list(counts)
    right, wrong, missed = (sum(row[place] for row in rows) for place in range(3))
    return 2 * right / (2 * right + wrong + missed) if right + wrong + missed else 1.0


def pooled(counts: Sequence[Counts], fields: Sequence[str]) -> dict[str, float]:
    """`micro_f1` over the values of all items, and `f1_FIELD` of each of the fields."""
    found = {"micro_f1": f1([row for by_field in counts for row in by_field.values()])}
    return found | {f"f1_{name}": f1([by_field[name] for by_field in counts]) for name in fields}


def values_of(answer: Any, settings: MetricSettings, name: Name = normalised_answer) -> Values:
    """The plain values of an answer by field and record, without absent ones."""
    found: Values = defaultdict(list)
    absent = {text.strip().casefold() for text in ("", *settings.absent)}
    for field, record, value in _members(answer, settings, name):
        if settings.fields and field not in settings.fields:
            continue
        text = _text(value)
        if text.strip().casefold() not in absent:
            found[field, record].append(text)
    return found


def _members(
    value: Any, settings: MetricSettings, name: Name, record: str = "", level: int = 1
) -> Iterator[tuple[str, str, Any]]:
    """Every field with its record and plain value, at any depth; of a list each member."""
    if isinstance(value, Mapping):
        key = settings.record_key
        if key and isinstance(value.get(key), str):
            record = name(value[key])
        for field, member in value.items():
            within = name(str(field)) if level == settings.record_level else record
            for one in member if isinstance(member, list) else [member]:
                if isinstance(one, Mapping | list):
                    yield from _members(one, settings, name, within, level + 1)
                elif field != key:
                    yield str(field), within, one
    elif isinstance(value, list):
        for member in value:
            yield from _members(member, settings, name, record, level)


def _text(value: Any) -> str:
    if value is None:
        return ""
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)


def _counts(
    found: Values, right: Values, settings: MetricSettings, same: Same
) -> dict[str, list[int]]:
    counts = {field: [0, 0, 0] for field in settings.fields}
    for field, record in sorted({*found, *right}):
        ours, theirs = list(found.get((field, record), ())), list(right.get((field, record), ()))
        row = counts.setdefault(field, [0, 0, 0])
        for value in ours:
            match = next((x for x in theirs if same(value, x, settings.tolerance)), None)
            row[0 if match is not None else 1] += 1
            if match is not None:
                theirs.remove(match)
        row[2] += len(theirs)
    return counts
