"""The generator `{{ name }}/questions`: examples of questions and answers out of documents."""

from collections.abc import Iterable, Iterator

from pydantic import Field

from byeori import Config, Context, Document, Example, InstructionGenerator

# The test asks in words that were not trained on, so that it shows more than learnt wordings.
TRAINED = (
    "What is the {field} of {title}?",
    "Give the {field} of {title}.",
    "{title}: which {field}?",
    "Name the {field} that {title} has.",
)
TESTED = ("Tell me the {field} of {title}.",)


class QuestionsConfig(Config):
    """What a recipe may write beside `use: {{ name }}/questions`."""

    fields: tuple[str, ...] = Field(
        (), description="Fields that are asked about; all fields of each record where none."
    )


class Questions(InstructionGenerator[QuestionsConfig]):
    """Asks for the fields of each record."""

    name = "questions"
    version = 1  # raise it when the same documents would give other examples
    config_model = QuestionsConfig

    def examples(self, documents: Iterable[Document], context: Context) -> Iterator[Example]:
        """Yield the questions of each document: first for training, then for the test."""
        for document in documents:
            answers = self._answers(document)
            if not answers:
                context.reject(document.id, "no field to ask about", document.title)
            for field, answer in answers.items():
                for split, wordings in (("train", TRAINED), ("test", TESTED)):
                    for wording in wordings:
                        yield Example(
                            instruction=wording.format(field=field, title=document.title),
                            output=answer,
                            task=field,
                            language=document.language,
                            document_id=document.id,  # keeps a document's questions in one split
                            metadata={"split": split},  # asked in this split alone
                        )

    def _answers(self, document: Document) -> dict[str, str]:
        """What can be asked about a document: its fields in words, with their values."""
        names = self.config.fields or tuple(document.metadata)
        values = {name: document.metadata.get(name) for name in names}
        return {
            name.replace("_", " "): str(value)
            for name, value in values.items()
            if isinstance(value, str | int | float) and str(value).strip()
        }
