"""Rounds of evolution: rewrite, ask whether it gained, answer; what failed stays what it was."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import BaseModel, Field

from byeori import Context
from byeori.endpoint import Reply, Request, ask
from byeori.generation import language_name
from byeori.prompts import render
from byeori.text import folded
from byeori_plugins.generators.evolve.config import EvolveConfig
from byeori_plugins.generators.evolve.prompts import METHODS
from byeori_plugins.generators.evolve.rules import answer_problem, instruction_problem


class Evolved(BaseModel):
    """A rewritten or new instruction."""

    instruction: str = Field(description="The whole task, with everything it works on.")


class Equality(BaseModel):
    """Whether two instructions ask for the same."""

    same: bool


@dataclass(frozen=True, slots=True)
class Line:
    """An instruction and what it has become.

    Attributes:
        document_id: where it comes from.
        number: which instruction of the document it is.
        language: BCP-47 tag, or empty.
        text: the instruction as it stands now, with its input.
        task: what kind of task the set says it is.
        system: its system message.
        evolutions: how often it has become another one.
        output: the answer to it, if it has evolved.
        metadata: what an example of it carries.
    """

    document_id: str
    number: int
    language: str
    text: str
    task: str = ""
    system: str = ""
    evolutions: int = 0
    output: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)


class Rounds:
    """Evolves instructions; the same ones, settings and answers give the same ends."""

    def __init__(self, config: EvolveConfig, lines: list[Line], context: Context) -> None:
        self._config = config
        self._context = context
        self._lines = {(line.document_id, line.number): line for line in lines}
        self._known = {folded(line.text) for line in lines}
        self._prompts = Counter[str]()

    def next(self, number: int) -> list[Line]:
        """One round, counted from 1: the lines that have evolved in it, in order.

        Raises:
            StoppedError: the endpoint cannot be used, or no answer can.
        """
        requests = [self._evolution(line, number) for line in self._lines.values()]
        tried = [line for reply in self._ask(requests) if (line := self._rewritten(reply, number))]
        if self._config.ask_for_gain:
            tried = [
                line
                for reply in self._ask([self._equality(line) for line in tried])
                if (line := self._gained(reply))
            ]
        evolved = [
            line
            for reply in self._ask([self._answer(line) for line in tried])
            if (line := self._answered(reply))
        ]
        self._lines |= {(line.document_id, line.number): line for line in evolved}
        return evolved

    def _ask(self, requests: list[Request[Any]]) -> Iterable[Reply[Any]]:
        return ask(self._config.model, requests, self._context, total=len(requests))

    def _evolution(self, line: Line, number: int) -> Request[Any]:
        config = self._config
        random = self._context.random("evolve", line.document_id, line.number, number)
        operation = random.choice(config.operations)
        broad = operation == "breadth"
        values = {
            "instruction": line.text,
            "operation": operation,
            "method": METHODS.get(operation, ""),
            "language": language_name(line.language),
            "settings": config,
        }
        prompt = render(config.breadth_prompt if broad else config.depth_prompt, values)
        self._prompts[prompt] += 1
        return Request(
            prompt=prompt,
            system=render(config.system, values),
            schema=Evolved,
            sample=self._prompts[prompt] - 1,  # what failed is tried again, not read again
            where=line.document_id,
            row=(line, operation),
        )

    def _rewritten(self, reply: Reply[Evolved], number: int) -> Line | None:
        line: Line = reply.row[0]
        operation = reply.row[1]
        text = reply.value.instruction.strip()
        why = instruction_problem(text, line.text, self._config.telltales)
        if not why and folded(text) in self._known:
            why = "another instruction has become the same"
        if why:
            self._context.reject(line.document_id, why, text)
            return None
        self._known.add(folded(text))
        metadata: dict[str, Any] = {
            "operation": operation,
            "round": number,
            "evolved_from": line.text,
            "evolution_answer": reply.key,
        }
        if line.evolutions:
            metadata["parent_answer"] = line.metadata["answer"]
        task = "" if operation == "breadth" else line.task
        evolved = replace(line, text=text, task=task, evolutions=line.evolutions + 1)
        return replace(evolved, output="", metadata=metadata)

    def _equality(self, line: Line) -> Request[Any]:
        values = {"first": line.metadata["evolved_from"], "second": line.text}
        values |= {"language": language_name(line.language), "settings": self._config}
        prompt = render(self._config.equality_prompt, values)
        return Request(prompt=prompt, schema=Equality, where=line.document_id, row=line)

    def _gained(self, reply: Reply[Equality]) -> Line | None:
        line: Line = reply.row
        if reply.value.same:
            self._context.reject(line.document_id, "it asks for no more than before", line.text)
            return None
        return replace(line, metadata={**line.metadata, "gain_answer": reply.key})

    def _answer(self, line: Line) -> Request[Any]:
        system = line.system or self._config.answer_system
        return Request(prompt=line.text, system=system, where=line.document_id, row=line)

    def _answered(self, reply: Reply[Any]) -> Line | None:
        line: Line = reply.row
        if why := answer_problem(reply.value):
            self._context.reject(line.document_id, why, line.text)
            return None
        metadata = {**line.metadata, "answer": reply.key}
        return replace(line, output=reply.value.strip(), metadata=metadata)
