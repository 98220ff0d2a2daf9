"""Grows seed tasks into new ones, as Self-Instruct and Alpaca do.

Source: Wang et al. 2023, "Self-Instruct: Aligning Language Models with Self-Generated
Instructions", section 2; Taori et al. 2023, "Stanford Alpaca", for `way: one-request`.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from byeori import Context, Document, Example, InstructionGenerator
from byeori.estimates import Estimate
from byeori_plugins.generators.self_instruct.config import SelfInstructConfig
from byeori_plugins.generators.self_instruct.instances import Instances
from byeori_plugins.generators.self_instruct.rounds import Rounds
from byeori_plugins.generators.self_instruct.tasks import Task, seeds_of


class SelfInstructGenerator(InstructionGenerator[SelfInstructConfig]):
    """Grows seed tasks: a model comes up with new ones, unlike all before, and does them."""

    name = "self-instruct"
    version = 1
    config_model = SelfInstructConfig

    def examples(self, documents: Iterable[Document], context: Context) -> Iterator[Example]:
        """Yield up to `examples` new ones, those of one seed together, in the seeds' order.

        Raises:
            DataError: no document holds instructions.
            StoppedError: the endpoint cannot be used, or fails too often; answers so far are kept.
        """
        seeds = seeds_of(documents, context.stage)
        made = list(islice(self._grown(seeds, context), self.config.examples))
        if len(made) < self.config.examples:
            context.message(f"{len(made)} of {self.config.examples} examples could be made")
        places = {id_: n for n, id_ in enumerate(dict.fromkeys(s.document_id for s in seeds))}
        yield from sorted(made, key=lambda example: places[example.document_id])

    def _grown(self, seeds: list[Task], context: Context) -> Iterator[Example]:
        tasks = Rounds(self.config, seeds, context).tasks()
        if self.config.way == "one-request":
            for task in tasks:
                yield from _examples(task)
            return
        instances, done, made = Instances(self.config, seeds, context), 0, 0
        # As many tasks at a time as are enough, by what those before gave: none is paid for twice.
        while batch := list(islice(tasks, self._next(done, made))):
            done += len(batch)
            for task in instances.of(batch):
                made += len(task.instances)
                yield from _examples(task)

    def _next(self, done: int, made: int) -> int:
        per_task = made / done if made else self.config.instances
        return max(1, math.ceil((self.config.examples - made) / per_task))

    def estimate(
        self, documents: Sequence[Document] | None, context: Context
    ) -> Iterable[Estimate]:
        """The fewest requests there can be; nobody knows how many tasks are not novel."""
        one = self.config.way == "one-request"
        tasks = math.ceil(self.config.examples / (1 if one else self.config.instances))
        fewest = math.ceil(tasks / self.config.per_request) + (0 if one else 2 * tasks)
        text = f"at least {fewest} requests; more for every task that is not new"
        yield Estimate("requests", fewest, math.inf, text)


def _examples(task: Task) -> Iterator[Example]:
    answer = task.metadata.get("answer", task.metadata["task_answer"])
    kinds = {True: "classification", False: "generation", None: ""}
    for instance in task.instances:
        yield Example(
            instruction=task.instruction,
            input=instance.input,
            output=instance.output,
            task=kinds[task.classification],
            language=task.language,
            document_id=task.document_id,
            metadata={**task.metadata, "answer": answer},
        )
