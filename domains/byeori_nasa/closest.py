"""The evaluator `nasa/closest-answer`: sampled questions, matched answers, and a judge's points."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from pydantic import Field

from byeori import Context, DataError, EvaluationData, Item
from byeori_plugins.evaluators import Judge, JudgeConfig, RubricSetting, sample


class ClosestAnswerConfig(JudgeConfig):
    """Settings of `nasa/closest-answer`."""

    rubric: RubricSetting = Field(
        "nasa/closest-answer",
        validate_default=True,
        description="By what is judged: a rubric's name, a file (`.yaml`), or the rubric itself.",
        json_schema_extra={"identity": ["scores"]},
    )
    limit: int | None = Field(10, ge=1, description="Questions, drawn by the seed; the paper: 10.")
    sentences: int = Field(
        2, ge=1, description="Longest matched answer that is looked up in a record, in sentences."
    )
    least_share: float = Field(
        0.3,
        gt=0,
        le=1,
        description="Least share of a question's words (without stop words) that the record it is "
        "matched with must hold; a question without such a record is left out and listed.",
    )


class ClosestAnswer(Judge):
    """Which model's answer is closer to the matched one, how close each is, and why.

    Questions are test examples, whose answers were made of their records; or those of a file. One
    of the file that has no answer is matched with the record that has most of its words.
    """

    name = "closest-answer"
    version = 1
    config_model = ClosestAnswerConfig
    config: ClosestAnswerConfig

    def items(self, data: EvaluationData, context: Context) -> Iterable[Item]:
        """The questions, each with its matched answer.

        Raises:
            DataError: no question has one; or bm25s, which looks for records, is not installed.
        """
        items = list(self._matched(self._asked(data, context), data, context))
        if not items:
            raise DataError(f"{context.stage}: no question has a matched answer in the records")
        return sample(items, self.config.limit, context)

    def _asked(self, data: EvaluationData, context: Context) -> Sequence[Item]:
        """All questions, as `judge` reads them; answers are not needed yet."""
        rubric = self.config.rubric.model_copy(update={"reference": "optional"})
        unlimited = self.config.model_copy(update={"rubric": rubric, "limit": None})
        return list(Judge(unlimited).items(data, context))

    def _matched(
        self, items: Sequence[Item], data: EvaluationData, context: Context
    ) -> Iterator[Item]:
        from byeori_nasa.matching import Records

        bare = any(not item.reference for item in items)
        records = Records(data.documents) if bare and data.documents else None
        for item in items:
            if item.reference:
                yield item
                continue
            question = item.input or item.instruction
            found = records.best(question, self.config.sentences) if records else None
            if found is None or found.share < self.config.least_share:
                context.reject(item.id, "no record matches the question", question)
                continue
            matched = {"matched_record": found.document.id, "matched_share": found.share}
            metadata = {**item.metadata, **matched}
            yield replace(item, reference=found.answer, metadata=metadata)
