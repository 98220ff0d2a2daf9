"""The stages of a run, in the order the data flows."""

from collections.abc import Callable, Mapping

from byeori.estimates import Estimate
from byeori.stages.answers import make_answers
from byeori.stages.documents import make_documents, make_source
from byeori.stages.examples import estimate_generated, make_examples, make_generated
from byeori.stages.items import make_items
from byeori.stages.job import Counts, Job
from byeori.stages.scores import estimate_scores, make_scores
from byeori.stages.split import make_split
from byeori.stages.training import make_training
from byeori.stages.tuning import estimate_tuned, make_tuned

MAKERS: Mapping[str, Callable[[Job], Counts]] = {
    "source": make_source,
    "documents": make_documents,
    "generator": make_generated,
    "examples": make_examples,
    "split": make_split,
    "items": make_items,
    "training": make_training,
    "tuning": make_tuned,
    "answers": make_answers,
    "scores": make_scores,
}

ESTIMATORS: Mapping[str, Callable[[Job], list[Estimate]]] = {
    "generator": estimate_generated,
    "tuning": estimate_tuned,
    "scores": estimate_scores,
}
"""Tell what a stage will take; their jobs' `inputs` hold whatever is finished already."""
