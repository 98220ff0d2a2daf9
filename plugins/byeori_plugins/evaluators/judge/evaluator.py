"""The evaluator `judge`."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from byeori import (
    Answer,
    Answered,
    AnswerEvaluator,
    Context,
    Diagnostic,
    Estimate,
    EvaluationData,
    Item,
    Model,
    ResultTable,
    Score,
)
from byeori.decoding import decoding_of
from byeori_plugins.evaluators.judge.config import JudgeConfig


class Judge(AnswerEvaluator[JudgeConfig]):
    """Models score answers by a rubric, alone or two side by side, and do not know whose they are.

    A judgement that cannot be read, or is out of range, is no score: the item is not judged (None),
    counted, and above 5 % of them there is no headline. Every reply is kept in the journal.
    """

    name = "judge"
    version = 1
    config_model = JudgeConfig

    def items(self, data: EvaluationData, context: Context) -> Iterable[Item]:
        """The file's questions, or one item for each test example."""
        from byeori_plugins.evaluators.judge.questions import questions

        return questions(self.config, data, context)

    def answers(self, model: Model, items: Sequence[Item], context: Context) -> Iterator[Answer]:
        """The model's answers, by the recipe's decoding."""
        from byeori_plugins.evaluators.judge.questions import answered

        return answered(model, items, decoding_of(self.config, context.seed), context)

    def beside(self, model: str, baseline: str, models: Sequence[str]) -> Sequence[str]:
        """Side by side with the baseline; the baseline itself with all others, for its scores."""
        rubric = self.config.rubric
        if rubric.answers == "one":
            return ()
        if model != baseline:
            return (baseline,)
        return [name for name in models if name != model] if rubric.scales else ()

    def rate(self, answered: Answered, items: Sequence[Item], context: Context) -> Iterator[Score]:
        """One score for each item and scale or choice; 1 is a choice for the model's own answer."""
        from byeori_plugins.evaluators.judge.asking import judgements
        from byeori_plugins.evaluators.judge.combining import Combiner
        from byeori_plugins.evaluators.judge.people import ratings

        human = self.config.human
        rated = ratings(human, self.config.rubric, answered, context) if human else {}
        combiner = Combiner(self.config, answered, rated)
        made = judgements(self.config, answered, items, context)
        for number, item in enumerate(items):
            yield from combiner.scores(number, item, made[number])

    def estimate(
        self, answered: Answered | None, items: Sequence[Item] | None, context: Context
    ) -> Iterable[Estimate]:
        """Requests, tokens and money by judge; nothing before the models have answered."""
        from byeori_plugins.evaluators.judge.asking import planned

        return planned(self.config, answered, items, context) if answered and items else ()

    def metric_names(self) -> Sequence[str]:
        """The rubric's scales and choices."""
        return self.config.rubric.metrics

    def diagnose(self, scores: Mapping[str, Sequence[Score]]) -> Iterable[Diagnostic]:
        """Failures, length and position bias, agreement of judges, repeats and people."""
        # Imported here because it brings scipy, and this module is imported to list the plugins.
        from byeori_plugins.evaluators.judge.diagnosing import diagnose

        return diagnose(self.config, scores)

    def tables(
        self, scores: Mapping[str, Sequence[Score]], items: Mapping[str, Item]
    ) -> Iterable[ResultTable]:
        """Two answers side by side: points with reasons, their statistics, and categories."""
        from byeori_plugins.evaluators.judge.tables import tables_of

        return tables_of(self.config.rubric, scores, items)
