"""Reads files of questions that models answer: ours, SQuAD-like ones and IFEval's."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from byeori import Context, DataError, Item
from byeori_plugins.evaluators.instructions import instruction_problem
from byeori_plugins.evaluators.metrics.structure import schema_problem
from byeori_plugins.sources.checked_rows import Values, json_rows, text_field


def read_questions(path: Path, context: Context) -> Iterator[Item]:
    """Rows of a JSON lines file; one that is the same as an earlier one is rejected.

    Raises:
        DataError: a row cannot be read, its schema or an instruction is none, or there is no row.
    """
    seen: dict[tuple[str, ...], str] = {}
    for line, row in json_rows(path):
        where, origin = f"{path}:{line}", f"{path.name}:{line}"
        instruction = text_field(row, ("instruction", "prompt"), where, required=True)
        answers = _answers(row, where)
        item = Item(
            instruction=instruction,
            input=text_field(row, ("input",), where, required=False),
            system=text_field(row, ("system",), where, required=False),
            reference=answers[0] if answers else "",
            task=text_field(row, ("task",), where, required=False) or path.stem,
            language=text_field(row, ("language",), where, required=False),
            metadata={"origin": origin, **_checkable(row, answers, where)},
        )
        key = (item.instruction, item.input, item.reference)
        if seen.setdefault(key, origin) != origin:
            context.reject(origin, "same question and answer as an earlier row", item.instruction)
            continue
        yield item
    if not seen:
        raise DataError(f"{path}: no rows; expected one JSON object a line")


def _answers(row: Values, where: str) -> list[str]:
    """The right answers; none where the row says what is checked instead."""
    several = row.get("output")
    if isinstance(several, list):
        texts = [text for text in several if isinstance(text, str) and text.strip()]
        if not texts or len(texts) < len(several):
            raise DataError(f"{where}: `output` must be a text or a list of texts, none empty")
        return [text.strip() for text in texts]
    checked = "instruction_id_list" in row or "json_schema" in row
    found = text_field(row, ("output",), where, required=not checked)
    return [found] if found else []


def _checkable(row: Values, answers: list[str], where: str) -> dict[str, Any]:
    """What an answer is held against besides a right answer."""
    found: dict[str, Any] = {"references": answers} if len(answers) > 1 else {}
    if (schema := row.get("json_schema")) is not None:
        if problem := schema_problem(schema):
            raise DataError(f"{where}: `json_schema` is no JSON Schema: {problem}")
        found["json_schema"] = schema
    if "instruction_id_list" in row:
        found["instructions"] = _instructions(row, where)
    return found


def _instructions(row: Values, where: str) -> list[dict[str, Any]]:
    names, arguments = row["instruction_id_list"], row.get("kwargs")
    if arguments is None and isinstance(names, list):
        arguments = [{} for _ in names]
    if not isinstance(names, list) or not isinstance(arguments, list) or not names:
        raise DataError(f"{where}: `instruction_id_list` and `kwargs` must be lists, not empty")
    if len(names) != len(arguments):
        raise DataError(
            f"{where}: {len(names)} instructions in `instruction_id_list`, but `kwargs` has "
            f"{len(arguments)} entries"
        )
    return [_instruction(name, given, where) for name, given in zip(names, arguments, strict=True)]


def _instruction(name: Any, given: Any, where: str) -> dict[str, Any]:
    if not isinstance(name, str) or not isinstance(given, Mapping | None):
        raise DataError(f"{where}: an instruction is a name, and an object of its arguments")
    # Published files name every argument of every kind, with null for those of others.
    arguments = {key: value for key, value in (given or {}).items() if value is not None}
    if problem := instruction_problem(name, arguments):
        raise DataError(f"{where}: `instruction_id_list`: {problem}")
    return {"id": name, "arguments": arguments}
