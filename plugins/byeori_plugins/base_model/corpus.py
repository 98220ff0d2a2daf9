"""The pre-training text: statements about elements and countries, questions about countries only.

An element's facts appear as statements, cards and tables, never as a question or in a prompt, so
that answering questions about elements is left for the demo's tuning to teach.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from random import Random

from byeori_plugins.base_model.facts import (
    LANGUAGES,
    Entity,
    countries,
    elements,
    prose,
    wordings,
)
from byeori_plugins.base_model.prompts import ask

SHARES: Mapping[str, float] = {"element": 0.5, "country": 0.1, "question": 0.35, "prose": 0.05}
"""How often each kind of text is drawn."""

CARD = {
    "en": {
        "name": "Name",
        "symbol": "Symbol",
        "number": "Atomic number",
        "period": "Period",
        "group": "Group",
        "category": "Category",
        "state": "State",
        "ko": "Korean name",
    },
    "ko": {
        "name": "이름",
        "symbol": "원소 기호",
        "number": "원자 번호",
        "period": "주기",
        "group": "족",
        "category": "분류",
        "state": "상태",
        "en": "영어 이름",
    },
}
COLUMNS = ("en", "ko", "symbol", "number", "period", "group")


@dataclass(frozen=True, slots=True)
class Text:
    """One piece of pre-training text.

    Attributes:
        kind: `element`, `country`, `question` or `prose`.
        text: what the model reads, special tokens written out; the end token is not included.
        subjects: the names of what it is about, in both languages.
    """

    kind: str
    text: str
    subjects: tuple[str, ...] = ()


def texts(seed: int) -> Iterator[Text]:
    """An endless stream of text; one seed gives one stream."""
    random = Random(seed)
    kinds, weights = list(SHARES), list(SHARES.values())
    write: dict[str, Callable[[Random], Text]] = {
        "element": _element,
        "country": _country,
        "question": _question,
        "prose": _prose,
    }
    while True:
        yield write[random.choices(kinds, weights)[0]](random)


def sample(seed: int, count: int) -> list[Text]:
    """The first `count` pieces of the stream."""
    return list(islice(texts(seed), count))


def _names(*entities: Entity) -> tuple[str, ...]:
    return tuple(entity.values[lang]["name"] for entity in entities for lang in LANGUAGES)


def _element(random: Random) -> Text:
    forms = [_paragraph, _card, _table, _row_of_neighbours]
    form = random.choices(forms, [0.72, 0.14, 0.09, 0.05])[0]
    return form(random)


def _country(random: Random) -> Text:
    return _statements(random, random.choice(countries()))


def _prose(random: Random) -> Text:
    sentences = prose(random.choices(LANGUAGES, [0.6, 0.4])[0])
    return Text("prose", " ".join(random.sample(sentences, random.randint(1, 3))))


def _paragraph(random: Random) -> Text:
    return _statements(random, random.choice(elements()))


def _statements(random: Random, entity: Entity) -> Text:
    """Several facts of one thing in shuffled order, now and then in both languages at once."""
    facts = wordings(entity.kind)
    chosen = random.sample(list(facts), random.randint(1, 6))
    language, mixed = random.choice(LANGUAGES), random.random() < 0.15
    sentences = []
    for fact in chosen:
        spoken = random.choice(LANGUAGES) if mixed else language
        wording = random.choice(facts[fact][spoken])
        if entity.can_fill(wording, spoken):
            sentences.append(entity.fill(wording, spoken))
    separator = "\n" if random.random() < 0.2 else " "
    return Text(entity.kind, separator.join(sentences), _names(entity))


def _card(random: Random) -> Text:
    """A card of facts: `Symbol: Na`, or the value on a line of its own."""
    entity, language = random.choice(elements()), random.choice(LANGUAGES)
    labels, values = CARD[language], entity.values[language]
    slots = [slot for slot in labels if slot in values and slot != "name"]
    random.shuffle(slots)
    between, after = random.choice([(": ", "\n"), ("\n", "\n\n"), (": ", ", "), (" = ", "; ")])
    lines = [f"{labels[slot]}{between}{values[slot]}" for slot in slots[: random.randint(3, 7)]]
    head = values["name"] if random.random() < 0.5 else f"{labels['name']}{between}{values['name']}"
    return Text("element", after.join([head, *lines]), _names(entity))


def _table(random: Random) -> Text:
    """Rows of a table without spaces, for some elements in any order."""
    rows = random.sample(elements(), random.randint(2, 6))
    columns = random.sample(COLUMNS[1:], random.randint(2, 5))
    columns.insert(0, "en") if random.random() < 0.5 else columns.insert(0, "ko")
    columns = list(dict.fromkeys(columns))
    mark = random.choice([",", "|", "\t"])
    lines = [mark.join(row.values["en"].get(column, "") for column in columns) for row in rows]
    return Text("element", "\n".join(lines), _names(*rows))


def _row_of_neighbours(random: Random) -> Text:
    """Elements in order of atomic number, counted or not."""
    start, language = random.randrange(len(elements()) - 3), random.choice(LANGUAGES)
    row = elements()[start : start + random.randint(3, 8)]
    numbered = random.random() < 0.5
    names = [
        f"{entity.values[language]['number']} {name}" if numbered else name
        for entity in row
        for name in [entity.values[language]["name"]]
    ]
    return Text("element", ", ".join(names), _names(*row))


def _question(random: Random) -> Text:
    """One question about a country and its answer, in one of the prompt formats."""
    country, language = random.choice(countries()), random.choice(LANGUAGES)
    if random.random() < 0.15:
        pair = _gap(random, country, language)
    else:
        pair = _asked(random, country, language)
    if pair is None:
        return _question(random)
    return Text("question", ask(random, *pair), _names(country))


def _asked(random: Random, country: Entity, language: str) -> tuple[str, str] | None:
    """A question and its answer, now and then as a whole sentence; None where a fact is missing."""
    questions, statements = wordings("question"), wordings("country")
    fact = random.choice(list(questions))
    wording, answer = random.choice(questions[fact][language]), "{" + _answer_slot(fact) + "}"
    if not country.can_fill(wording + answer, language):
        return None
    draw = random.random()
    if fact in statements and draw < 0.15:
        answer = random.choice(statements[fact][language])
        wording += random.choice(SENTENCE_PLEASE[language])
    elif draw > 0.9:
        wording += random.choice(SHORT_PLEASE[language])
    return country.fill(wording, language), country.fill(answer, language)


def _gap(random: Random, country: Entity, language: str) -> tuple[str, str] | None:
    """A sentence to be finished, and what it ends with."""
    statements = wordings("country")
    fact = random.choice(list(statements))
    slot = "{" + _answer_slot(fact) + "}"
    start, found, _ = random.choice(statements[fact][language]).partition(slot)
    if not start or not found or not country.can_fill(start + slot, language):
        return None
    order = random.choice(FINISH_PLEASE[language])
    return order + country.fill(start, language).strip(), country.fill(slot, language)


FINISH_PLEASE = {
    "en": ("Complete the sentence: ", "Finish this sentence: ", "Fill the gap: "),
    "ko": ("문장을 완성하시오: ", "다음 문장을 이어 쓰세요: ", "빈칸을 채우시오: "),
}
SENTENCE_PLEASE = {
    "en": (" Answer in a full sentence.", " Write a whole sentence."),
    "ko": (" 완전한 문장으로 답하세요.", " 문장으로 쓰시오."),
}
SHORT_PLEASE = {
    "en": (" Answer briefly.", " Only give the answer."),
    "ko": (" 짧게 답하세요.", " 답만 쓰시오."),
}


def _answer_slot(fact: str) -> str:
    if fact.endswith("_of"):
        return "name"
    return {"korean": "ko", "english": "en"}.get(fact, fact)
