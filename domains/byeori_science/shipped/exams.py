"""Exams in the shape of MMLU's header-ed files: elements for the field, countries for the rest."""

from collections.abc import Iterator, Mapping, Sequence
from random import Random

from byeori_science.shipped.tables import LANGUAGES, Row, countries, elements

LETTERS = "ABCD"
Asked = Mapping[str, tuple[str, str]]
"""By column of the table, what is asked in English and in Korean; `{}` is the name."""

FIELD: Asked = {
    "symbol": ("Which letters stand for {}?", "{} 원소를 나타내는 기호는?"),
    "atomic_number": ("How many protons does an atom of {} have?", "{} 원자의 양성자 수는?"),
    "period": ("To which period does {} belong?", "{} 원소가 속한 주기는?"),
    "category": ("As what do chemists classify {}?", "{} 원소는 무엇으로 분류되는가?"),
}
GENERAL: Asked = {
    "capital": ("What is the capital of {}?", "{}의 수도는 어디인가요?"),
    "continent": ("Which continent is {} in?", "{}의 대륙을 말해 주세요."),
    "currency": ("What is the currency of {}?", "{}의 화폐는 무엇인가요?"),
    "code": ("What is the two-letter code for {}?", "{}의 두 글자 코드를 쓰시오."),
}
INSTRUCTIONS: Asked = {
    "capital": ("Name the capital of {}.", "{}의 수도 이름을 쓰시오."),
    "continent": ("Name the continent that {} belongs to.", "{}의 대륙은 무엇입니까?"),
    "currency": ("What money is used in {}?", "{}의 통화를 말해 주세요."),
    "code": ("Give the code of {}.", "{}의 국가 코드는 무엇인가요?"),
}
"""As `GENERAL`, in other words."""


def exams() -> dict[str, list[list[str]]]:
    """The exams by name, each with a header: question, A to D, answer, subject, language."""
    tables = {"elements": (FIELD, *elements()), "countries": (GENERAL, *countries())}
    return {
        f"{name}-{language}": [
            ["question", *LETTERS, "answer", "subject", "language"],
            *_exam(asked, others, rows, language),
        ]
        for name, (asked, others, rows) in tables.items()
        for language in LANGUAGES
    }


def instructions() -> Iterator[dict[str, str]]:
    """General instructions about the countries that no exam asks about, for replay."""
    yield from _answered(INSTRUCTIONS, countries()[0])


def questions() -> Iterator[dict[str, str]]:
    """Questions about the others, to be answered in writing."""
    for row in _answered(GENERAL, countries()[1]):
        yield {**row, "task": "general"}


def _answered(asked: Asked, rows: Sequence[Row]) -> Iterator[dict[str, str]]:
    """One question about each row in each language."""
    random = Random("science instructions")
    for row in rows:
        for language in LANGUAGES:
            column = random.choice(_known(asked, row, language))
            yield {
                "instruction": _question(asked, column, row, language),
                "output": _value(row, column, language),
                "language": language,
            }


def _exam(
    asked: Asked, others: Sequence[Row], rows: Sequence[Row], language: str
) -> Iterator[list[str]]:
    random = Random(f"science exam {language}")
    for row in rows:
        known = _known(asked, row, language)
        for column in known if asked is FIELD else random.sample(known, 2):
            right = _value(row, column, language)
            values = {_value(one, column, language) for one in (*others, *rows)} - {right, ""}
            choices = random.sample(sorted(values), len(LETTERS) - 1)
            place = random.randrange(len(LETTERS))
            choices.insert(place, right)
            text = _question(asked, column, row, language)
            yield [text, *choices, LETTERS[place], column.replace("_", " "), language]


def _known(asked: Asked, row: Row, language: str) -> list[str]:
    """What the table says of a row: some countries have no currency of their own in it."""
    return [column for column in asked if _value(row, column, language)]


def _question(asked: Asked, column: str, row: Row, language: str) -> str:
    return asked[column][LANGUAGES.index(language)].format(row[f"name_{language}"])


def _value(row: Row, column: str, language: str) -> str:
    return row.get(f"{column}_{language}") or row.get(column, "")
