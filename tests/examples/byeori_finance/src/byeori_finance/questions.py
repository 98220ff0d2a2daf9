"""An instruction generator: questions whose answers stand in the report."""

from collections.abc import Iterable, Iterator
from typing import Literal

from byeori import Config, Context, Document, Example, InstructionGenerator
from pydantic import Field

WORDINGS = {
    ("revenue", "en"): (
        "What was the revenue of {company} in {year}?",
        "How much did {company} sell in {year}?",
    ),
    ("revenue", "ko"): (
        "{company}의 {year}년 매출은 얼마인가요?",
        "{year}년 {company}의 매출액을 말해 주세요.",
    ),
    ("employees", "en"): (
        "How many people worked for {company} in {year}?",
        "What was the headcount of {company} at the end of {year}?",
    ),
    ("employees", "ko"): (
        "{year}년 {company}의 직원은 몇 명입니까?",
        "{year}년 말 {company}의 임직원 수를 알려 주세요.",
    ),
}


class QuestionsConfig(Config):
    """Settings of `finance/questions`."""

    figures: tuple[Literal["revenue", "employees"], ...] = Field(
        ("revenue", "employees"), min_length=1, description="Which figures are asked for."
    )


class Questions(InstructionGenerator[QuestionsConfig]):
    """Asks for the figures of a report, in the report's language."""

    name = "questions"
    version = 1
    config_model = QuestionsConfig

    def examples(self, documents: Iterable[Document], context: Context) -> Iterator[Example]:
        """Yield a question for each figure that the report has."""
        for report in documents:
            for figure in self.config.figures:
                answer = report.metadata.get(figure)
                wordings = WORDINGS.get((figure, report.language))
                if not answer or not wordings:
                    context.reject(report.id, f"no {figure}", report.title)
                    continue
                # Randomness comes from the recipe's seed and the names given, never from elsewhere.
                wording = context.random(figure, report.id).choice(wordings)
                yield Example(
                    instruction=wording.format_map(report.metadata),
                    input=report.text,
                    output=answer,
                    task=figure,
                    language=report.language,
                    document_id=report.id,  # keeps a report's questions in one split
                )
