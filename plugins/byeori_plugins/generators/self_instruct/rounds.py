"""Rounds of new tasks: each shows the model what the rounds before have kept."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel, Field

from byeori import Context
from byeori.endpoint import Request, ask
from byeori.generation import Unusable, language_name
from byeori.prompts import render
from byeori_plugins.generators.self_instruct.config import SelfInstructConfig
from byeori_plugins.generators.self_instruct.heuristics import (
    bare,
    instruction_problem,
    usable_instances,
)
from byeori_plugins.generators.self_instruct.tasks import Instance, Task


class NewTasks(BaseModel):
    """Tasks, as instructions alone."""

    tasks: list[str] = Field(description="The new tasks, without numbers.")


class WholeTask(BaseModel):
    """A task with one instance."""

    instruction: str
    input: str = Field(description="What it works on; empty where it needs nothing.")
    output: str


class WholeTasks(BaseModel):
    """Tasks with one instance each."""

    tasks: list[WholeTask]


@dataclass(frozen=True, slots=True)
class Shown:
    """The tasks that one prompt shows; the first of the seeds stands for them all."""

    tasks: tuple[Task, ...]
    seeds: tuple[str, ...]
    language: str


class Rounds:
    """Grows tasks; the same seeds, settings and answers give the same tasks.

    Attributes:
        number: rounds so far.
    """

    def __init__(self, config: SelfInstructConfig, seeds: list[Task], context: Context) -> None:
        from byeori_plugins.text.novelty import Novelty

        self.number = 0
        self._config = config
        self._seeds = seeds
        self._context = context
        self._grown: list[Task] = []
        self._prompts = Counter[str]()
        self._novelty = Novelty(config.rouge_l, config.tokens)
        for seed in seeds:
            self._novelty.remember(seed.instruction)

    def tasks(self) -> Iterator[Task]:
        """New tasks, until `patience` rounds in a row have brought none.

        Raises:
            StoppedError: the endpoint cannot be used, or no answer of a round can.
        """
        barren = 0
        while barren < self._config.patience:
            new = self._round()
            self._grown += new
            barren = 0 if new else barren + 1
            yield from new
        self._context.message(
            f"{self.number} rounds made {len(self._grown)} tasks; the last "
            f"{self._config.patience} brought nothing new"
        )

    def _round(self) -> list[Task]:
        requests = [self._request(n) for n in range(self._config.requests_per_round)]
        self.number += 1
        new = []
        for reply in ask(self._config.model, requests, self._context, total=len(requests)):
            found = _whole(reply.value)
            if not found:
                self._context.reject(reply.row.seeds[0], "the answer held no tasks")
            for number, made in enumerate(found):
                kept = self._judged(made, reply.row, number)
                if isinstance(kept, Unusable):
                    self._context.reject(reply.row.seeds[0], kept.reason, kept.text)
                else:
                    new.append(replace(kept, metadata=self._metadata(reply.row, reply.key)))
        return new

    def _metadata(self, shown: Shown, key: str) -> dict[str, Any]:
        return {"task_answer": key, "seeds": [*shown.seeds], "round": self.number}

    def _request(self, number: int) -> Request[Any]:
        config, shown = self._config, self._shown(number)
        whole = config.way == "one-request"
        values = {
            "tasks": shown.tasks,
            "number": config.per_request,
            "language": language_name(shown.language),
            "settings": config,
        }
        prompt = render(config.one_request_prompt if whole else config.task_prompt, values)
        self._prompts[prompt] += 1
        return Request(
            prompt=prompt,
            system=render(config.system, values),
            schema=WholeTasks if whole else NewTasks,
            sample=self._prompts[prompt] - 1,  # few seeds: another answer to the same prompt
            where=shown.seeds[0],
            row=shown,
        )

    def _shown(self, number: int) -> Shown:
        config = self._config
        random = self._context.random("self-instruct", self.number, number)
        grown = random.sample(self._grown, min(config.grown, len(self._grown)))
        count = config.human + config.grown - len(grown)
        human = random.sample(self._seeds, min(count, len(self._seeds)))
        both = [*human, *grown]
        random.shuffle(both)
        ids = tuple(seed.document_id for seed in human)
        return Shown(tuple(both), ids, config.language or human[0].language)

    def _judged(self, made: WholeTask, shown: Shown, number: int) -> Task | Unusable:
        """A task worth keeping, remembered, or why it is none."""
        config, text = self._config, bare(made.instruction)
        if number >= config.per_request:
            return Unusable("more tasks than asked for", text)
        if why := instruction_problem(text, config.min_words, config.max_words, config.unsuitable):
            return Unusable(why, text)
        instances: tuple[Instance, ...] = ()
        if config.way == "one-request":
            (instance,) = usable_instances([(made.input, made.output)])
            if isinstance(instance, Unusable):
                return instance
            instances = (Instance(*instance),)
        if not self._novelty.add(text):
            return Unusable(f"ROUGE-L over {config.rouge_l} with an earlier task", text)
        return Task(text, shown.seeds[0], shown.language, instances=instances)


def _whole(answer: NewTasks | WholeTasks) -> list[WholeTask]:
    return [
        WholeTask(instruction=one, input="", output="") if isinstance(one, str) else one
        for one in answer.tasks
    ]
