"""What came of a recipe that was tried on some documents, and what all of them would take."""

from dataclasses import dataclass
from typing import Any

from byeori.browsing import DataStage, RunData, Wanted, rows
from byeori.browsing.overview import overview
from byeori.run.record import EventLog

COSTS = ("answers", "prompt_tokens", "completion_tokens")
SHOWN = 5


@dataclass(frozen=True)
class Trial:
    """A recipe tried on a sample.

    Attributes:
        documents, of: how many documents of the sources were taken, and how many there are.
        stages: as `byeori.browsing.overview` tells of each.
        examples: the first ones.
        cost: by stage, answers and tokens that it took, those from the journal among them, and
            money (`cost`) where the recipe has prices.
        unrecorded: stages that another run made, whose cost is not known here.
    """

    documents: int
    of: int
    stages: list[dict[str, Any]]
    examples: list[dict[str, Any]]
    cost: dict[str, dict[str, float]]
    unrecorded: list[str]

    @property
    def total(self) -> dict[str, float]:
        """Answers, tokens and, where any has a price, money of all stages together."""
        summed: dict[str, float] = {
            name: sum(int(cost[name]) for cost in self.cost.values()) for name in COSTS
        }
        money = [cost["cost"] for cost in self.cost.values() if "cost" in cost]
        return {**summed, "cost": sum(money)} if money else summed

    @property
    def for_all(self) -> dict[str, float]:
        """The same for all documents, if they are like those of the sample."""
        share = self.of / self.documents
        return {n: v * share if n == "cost" else round(v * share) for n, v in self.total.items()}

    def as_json(self) -> dict[str, Any]:
        """As `byeori run --sample N --json` shows it."""
        return {
            "documents": self.documents,
            "of": self.of,
            "stages": self.stages,
            "examples": self.examples,
            "cost": {"by_stage": self.cost, "sample": self.total, "all": self.for_all},
            "unrecorded": self.unrecorded,
        }


def trial(run: RunData) -> Trial:
    """What came of a sample that is finished."""
    (documents,) = run.of_kind("documents")
    counts = documents.manifest["counts"]
    events = EventLog(run.workspace.run_folder(run.name) / "events.jsonl")
    measured = events.measured()
    first = rows(run.of_kind("examples"), Wanted(), start=0, limit=SHOWN).rows
    return Trial(
        int(counts["sampled"]),
        int(counts["of"]),
        [overview(stage) for stage in run.stages],
        first,
        {s.id: cost for s in run.stages if (cost := _cost(s, measured)) is not None},
        [s.id for s in run.of_kind("generator", "examples") if s.fingerprint not in measured],
    )


def _cost(stage: DataStage, measured: dict[str, dict[str, float]]) -> dict[str, float] | None:
    figures = measured.get(stage.fingerprint, {})
    if COSTS[0] not in figures:
        return None
    money = {"cost": figures["cost"]} if "cost" in figures else {}
    return {name: int(figures[name]) for name in COSTS} | money
