"""Answers: one model's, to every item of one evaluator that rates answers."""

from byeori.answering import AnswerEvaluator
from byeori.bulk import Rows, write
from byeori.checks import check
from byeori.errors import PluginError
from byeori.records import Answer, Item
from byeori.stages.items import ITEMS
from byeori.stages.job import Counts, Job, pulled
from byeori.stages.tuning import model_before

ANSWERS = "answers.arrow"


def make_answers(job: Job) -> Counts:
    """Write one answer per item of one model, in the items' order."""
    use = job.stage.use()
    items = Rows(job.inputs[f"items.{use.step}"].path(ITEMS), Item)
    model = job.models.load(model_before(job, use.start), use.start)
    evaluator = use.make(AnswerEvaluator)
    made = pulled(lambda: evaluator.answers(model, items, job.context_of(job.stage.id)), use)
    answers = [check(answer, Answer, use.entry.name) for answer in made]
    if [answer.item_id for answer in answers] != items.column("id"):
        raise PluginError(
            f"{use.entry.name} must give one answer to each of its {len(items)} items, in their "
            f"order; it gave {len(answers)}. An item that cannot be asked gets an Answer with "
            "`problem`"
        )
    count = write(job.output(ANSWERS), answers, Answer)
    missing = sum(bool(answer.problem) for answer in answers)
    return {"kept": count, "unanswered": missing, "computed_in": model.computed_in}
