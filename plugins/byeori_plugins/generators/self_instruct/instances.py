"""Instances of grown tasks: first what kind a task is, then inputs and outputs in its order."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any

from pydantic import BaseModel, Field

from byeori import Context
from byeori.endpoint import Request, ask
from byeori.generation import Unusable, language_name
from byeori.prompts import render
from byeori_plugins.generators.self_instruct.config import SelfInstructConfig
from byeori_plugins.generators.self_instruct.heuristics import usable_instances
from byeori_plugins.generators.self_instruct.tasks import Instance, Task


class Kind(BaseModel):
    """What kind of task it is."""

    classification: bool


class InputFirst(BaseModel):
    """An instance as other tasks are asked for."""

    input: str = Field(description="What the task works on; empty where it needs nothing.")
    output: str


class OutputFirst(BaseModel):
    """An instance as classification tasks are asked for: so that labels are spread.

    Some servers write the members of an answer in the alphabet's order: `class_label` comes first.
    """

    class_label: str
    input: str = Field(description="An input that has this label.")


class InputsFirst(BaseModel):
    """Instances, input first."""

    instances: list[InputFirst]


class OutputsFirst(BaseModel):
    """Instances, label first."""

    instances: list[OutputFirst]


class Instances:
    """Asks for the instances of tasks, all tasks at a time."""

    def __init__(self, config: SelfInstructConfig, seeds: list[Task], context: Context) -> None:
        self._config = config
        self._context = context
        self._of_kind = {
            kind: [seed for seed in seeds if seed.classification is kind] for kind in (True, False)
        }
        with_instances = [seed for seed in seeds if seed.instances]
        self._examples_of = {
            kind: [seed for seed in with_instances if seed.classification in (kind, None)]
            for kind in (True, False)
        }

    def of(self, tasks: list[Task]) -> Iterator[Task]:
        """The tasks with their instances, in order; without those that got none.

        Raises:
            StoppedError: the endpoint cannot be used, or no answer can.
        """
        requests = [self._instances_request(task) for task in self._kinds(tasks)]
        for reply in ask(self._config.model, requests, self._context, total=len(requests)):
            task: Task = reply.row
            kept = tuple(self._kept(task, reply.value))
            metadata = {**task.metadata, "answer": reply.key}
            if kept:
                yield replace(task, instances=kept, metadata=metadata)

    def _kinds(self, tasks: list[Task]) -> list[Task]:
        requests = [self._kind_request(task) for task in tasks]
        replies = ask(self._config.model, requests, self._context, total=len(requests))
        return [
            replace(
                reply.row,
                classification=reply.value.classification,
                metadata={**reply.row.metadata, "kind_answer": reply.key},
            )
            for reply in replies
        ]

    def _kept(self, task: Task, answer: InputsFirst | OutputsFirst) -> Iterator[Instance]:
        if not answer.instances:
            self._context.reject(task.document_id, "the answer held no instances", task.instruction)
        given = [_pair(one) for one in answer.instances]
        for _, output in given[self._config.instances :]:
            self._context.reject(task.document_id, "more instances than asked for", output)
        for made in usable_instances(given[: self._config.instances]):
            if isinstance(made, Unusable):
                self._context.reject(task.document_id, made.reason, made.text)
            else:
                yield Instance(*made)

    def _kind_request(self, task: Task) -> Request[Any]:
        shown = [
            *islice(self._of_kind[True], self._config.shown_classification),
            *islice(self._of_kind[False], self._config.shown_generation),
        ]
        return self._request(task, self._config.kind_prompt, Kind, {"shown": shown})

    def _instances_request(self, task: Task) -> Request[Any]:
        config, kind = self._config, bool(task.classification)
        shown = self._examples_of[kind][: config.shown_instances]
        prompt = config.output_first_prompt if kind else config.input_first_prompt
        return self._request(task, prompt, OutputsFirst if kind else InputsFirst, {"shown": shown})

    def _request(
        self, task: Task, prompt: str, schema: type[BaseModel], more: Mapping[str, Any]
    ) -> Request[Any]:
        values = {
            "instruction": task.instruction,
            "number": self._config.instances,
            "language": language_name(task.language),
            "settings": self._config,
            "tasks": [],
            **more,
        }
        return Request(
            prompt=render(prompt, values),
            system=render(self._config.system, values),
            schema=schema,
            where=task.document_id,
            row=task,
        )


def _pair(one: InputFirst | OutputFirst) -> tuple[str, str]:
    return one.input, one.class_label if isinstance(one, OutputFirst) else one.output
