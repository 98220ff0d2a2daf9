"""Documents, examples, a context and a model to try components with."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from byeori.bulk import with_id
from byeori.components import EvaluationData, TuningData
from byeori.context import Context, Reject
from byeori.records import Document, Example, ModelRef, PromptTemplate

PLAIN = PromptTemplate(
    name="plain", template="{% if input %}{{ input }}\n{% endif %}Q: {{ instruction }}\nA: "
)
"""A short prompt template, so that tests stay fast."""

_TOWNS = (
    ("Arlen", "en", 1204, 48_000, "a harbour", "The boats of Arlen carry timber and salt."),
    ("Brome", "en", 1377, 9_500, "a mill", "Flour from Brome is sold in the whole valley."),
    ("Castery", "en", 1861, 132_000, "a railway yard", "Two lines meet in Castery."),
    ("Dunhollow", "en", 1540, 3_100, "a quarry", "Its slate covers most roofs nearby."),
    ("가람읍", "ko", 1413, 21_000, "나루터", "가람읍의 나루터에서는 소금과 목재를 싣는다."),
    ("나래시", "ko", 1895, 240_000, "기차역", "나래시에서 두 철도가 만난다."),
    ("다솜면", "ko", 1602, 4_700, "물레방아", "다솜면의 밀가루는 온 골짜기에서 팔린다."),
    ("마루군", "ko", 1288, 16_300, "채석장", "근처의 지붕은 거의 마루군의 돌로 덮였다."),
)


@dataclass(frozen=True)
class RecordingContext(Context):
    """A context that keeps what was rejected and counted.

    Attributes:
        rejects: every reject, in order.
        counted: what was counted of the rows that stay.
    """

    rejects: list[Reject] = field(default_factory=list)
    counted: Counter[str] = field(default_factory=Counter)


def testing_context(folder: Path, *, stage: str = "test", seed: int = 7) -> RecordingContext:
    """A context with `output` and `scratch` below `folder`, as a stage of a run gets them.

    Args:
        folder: an empty folder, such as pytest's `tmp_path`.
        stage: id of the stage.
        seed: the recipe's seed.
    """
    for name in ("output", "scratch"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    rejects: list[Reject] = []
    counted: Counter[str] = Counter()
    return RecordingContext(
        stage=stage,
        seed=seed,
        output=folder / "output",
        scratch=folder / "scratch",
        on_reject=rejects.append,
        on_count=lambda what, number: counted.update({what: number}),
        rejects=rejects,
        counted=counted,
    )


testing_context.__test__ = False  # type: ignore[attr-defined]  # no test, whatever pytest thinks


def sample_documents() -> list[Document]:
    """Eight documents about invented towns, half in Korean, with fields and ids."""
    return [
        with_id(
            Document(
                text=f"{name}, {founded}. {text}",
                title=name,
                language=language,
                licence="CC0-1.0",
                origin=f"towns.txt:{line}",
                metadata={"name": name, "founded": founded, "people": people, "sight": sight},
            )
        )
        for line, (name, language, founded, people, sight, text) in enumerate(_TOWNS, start=1)
    ]


def sample_examples() -> list[Example]:
    """Twenty-four examples with ids, three for each of the sample documents."""
    return [
        with_id(
            Example(
                instruction=_question(document, task),
                output=str(document.metadata[task]),
                task=task,
                language=document.language,
                document_id=document.id,
                generator="testing",
            )
        )
        for document in sample_documents()
        for task in ("founded", "people", "sight")
    ]


def _question(document: Document, task: str) -> str:
    korean = {"founded": "설립 연도", "people": "인구", "sight": "볼거리"}
    if document.language == "ko":
        return f"{document.title}의 {korean[task]}는?"
    english = {"founded": "year of foundation", "people": "population", "sight": "main sight"}
    return f"What is the {english[task]} of {document.title}?"


def sample_tuning_data() -> TuningData:
    """Examples of six sample documents to train on, and of one to validate with."""
    rows = sample_examples()
    return TuningData(train=rows[:18], validation=rows[18:21], documents=sample_documents())


def sample_evaluation_data() -> EvaluationData:
    """The sample examples as a test split, so that there are wrong answers to choose from."""
    return EvaluationData(test=sample_examples(), documents=sample_documents())


def tiny_model(template: PromptTemplate = PLAIN) -> ModelRef:
    """The base model that comes with byeori: a million weights, loaded in a second.

    Raises:
        ModelError: byeori was installed without it.
    """
    from byeori.models import base_reference

    return base_reference("builtin:tiny", None, None, template)
