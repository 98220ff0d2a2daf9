"""The generator `nasa/field-questions`: questions and answers about the fields of an award."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from random import Random

from pydantic import Field

from byeori import Context, DataError, Document, Example, InstructionGenerator
from byeori_nasa.answers import AnswersConfig, field_answers, why_nothing
from byeori_nasa.wordings import FIELDS, ROLE


class FieldQuestionsConfig(AnswersConfig):
    """Settings of `nasa/field-questions`."""

    per_document: int | None = Field(
        3,
        ge=1,
        description="Fields asked about in each document, drawn by the seed; null for all. The "
        "paper has 2.5 examples a document.",
    )
    held_out_wordings: bool = Field(
        True, description="Ask each question once more in the test, in a wording not trained on."
    )
    role: str = Field(ROLE, min_length=1, description="Instruction of every example.")


class FieldQuestions(InstructionGenerator[FieldQuestionsConfig]):
    """Asks about the fields of awards in the words of the paper.

    The instruction is the role, the input the question, the output a full sentence. A field that a
    record lacks is no dropped row: such fields are counted and said once. A document that no
    question can be asked about is dropped. Documents need the metadata of `nasa/sbir`.
    """

    name = "field-questions"
    version = 2
    config_model = FieldQuestionsConfig

    def examples(self, documents: Iterable[Document], context: Context) -> Iterator[Example]:
        """Yield the questions of each document: first for all splits, then held out for the test.

        Raises:
            DataError: no document has a field that can be asked about.
        """
        config, count = self.config, 0
        unasked: Counter[str] = Counter()
        for document in documents:
            metadata = document.metadata
            answers = field_answers(config.fields, config.max_characters, metadata, unasked)
            if not answers:
                context.reject(document.id, why_nothing(metadata), document.title)
            random = context.random(self.name, document.id)
            for name in self._choose(list(answers), random):
                question = random.choice(FIELDS[name].questions)
                yield self._example(document, name, question, answers[name], {})
                count += 1
                if config.held_out_wordings:
                    question = random.choice(FIELDS[name].held_out)
                    split = {"split": "test"}
                    yield self._example(document, name, question, answers[name], split)
        if not count:
            raise DataError(
                f"{context.stage}: no document has the fields of an award (title, abstract, "
                "firm, ...); read the records with `use: nasa/sbir`"
            )
        if unasked:
            parts = (f"{reason} ({number} documents)" for reason, number in sorted(unasked.items()))
            context.message(f"fields not asked about: {', '.join(parts)}")

    def _choose(self, names: list[str], random: Random) -> list[str]:
        wanted = self.config.per_document
        if wanted is None or wanted >= len(names):
            return names
        chosen = random.sample(names, wanted)
        return [name for name in names if name in chosen]

    def _example(
        self,
        document: Document,
        name: str,
        question: str,
        answer: str,
        split: Mapping[str, str],
    ) -> Example:
        title = document.metadata["title"]
        return Example(
            instruction=self.config.role,
            input=question.format_map({"title": title}),
            output=answer,
            task=name.replace("_", "-"),
            language="en",
            document_id=document.id,
            metadata={"field": name, "wording": "held out" if split else "trained", **split},
        )
