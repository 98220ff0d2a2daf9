"""Invented awards, by the columns of SBIR.gov's bulk file."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from random import Random

from byeori_nasa.fiction.tables import (
    CENTRES,
    ENDS,
    FIRST,
    INSTITUTIONS,
    KINDS,
    MADE_OF,
    MISSIONS,
    NOTE,
    PRODUCTS,
    SECOND,
    Kind,
)

SEED = 20240624


@dataclass(frozen=True, slots=True)
class Element:
    """One chemical element: its names and places, as the small base model has read them."""

    symbol: str
    name: str
    number: str
    period: str
    category: str

    @property
    def family(self) -> str:
        """Its category with an article, such as `a transition metal`; empty where it has none."""
        if not self.category:
            return ""
        return f"{'an' if self.category[0] in 'aeiou' else 'a'} {self.category}"


@dataclass(frozen=True, slots=True)
class Project:
    """One invented project, which has one to three awards."""

    element: Element
    product: str
    kind: Kind
    mission: str
    firm: str
    centre: str
    institution: str
    year: int
    number: int

    @property
    def title(self) -> str:
        """Such as `Zinc Batteries for Mars Missions`."""
        return f"{self.element.name.capitalize()} {self.product} for {self.mission} Missions"


def elements() -> dict[str, Element]:
    """By symbol, the elements of the base model's table."""
    table = files("byeori_plugins") / "recipes" / "demo" / "elements.csv"
    rows = csv.DictReader(table.read_text(encoding="utf-8").splitlines())
    return {
        row["symbol"]: Element(
            row["symbol"],
            row["name_en"],
            row["atomic_number"],
            row["period"],
            row["category_en"],
        )
        for row in rows
    }


def projects() -> list[Project]:
    """One for each element, in an order that tells nothing."""
    random, known = Random(SEED), elements()
    made_of = [(symbol, product) for product, some in MADE_OF.items() for symbol in some.split()]
    random.shuffle(made_of)
    return [
        Project(
            element=known[symbol],
            product=product,
            kind=KINDS[PRODUCTS[product]],
            mission=MISSIONS[number % len(MISSIONS)],
            firm=_firm(number // 2),
            centre=CENTRES[number % len(CENTRES)],
            institution=INSTITUTIONS[number % 3] if number % 5 == 0 else "",
            year=2004 + number % 17,
            number=number + 1,
        )
        for number, (symbol, product) in enumerate(made_of)
    ]


def _firm(number: int) -> str:
    first, second = FIRST[number % len(FIRST)], SECOND[number % len(SECOND)]
    return f"{first} {second}{ENDS[number % len(ENDS)]}"


def awards() -> Iterator[Mapping[str, str]]:
    """Phase I and II of every project, and Phase III of every third one."""
    for project in projects():
        for phase in range(3 if project.number % 3 == 0 else 2):
            yield _award(project, phase)


def _award(project: Project, phase: int) -> dict[str, str]:
    program = "STTR" if project.institution else "SBIR"
    year = project.year + (0, 1, 3)[phase]
    return {
        "Company": project.firm,
        "Award Title": project.title,
        "Agency": "National Aeronautics and Space Administration",
        "Branch": project.centre,
        "Phase": f"Phase {'I' * (phase + 1)}",
        "Program": program,
        "Agency Tracking Number": f"FICTION-{project.number:03}-{phase + 1}",
        "Contract": f"FIC{year % 100:02}C{project.number:04}{phase + 1}",
        "Proposal Award Date": f"{year}-06-15",
        "Contract End Date": f"{year + (0, 2, 2)[phase]}-12-14",
        "Topic Code": project.kind.code,
        "Award Year": str(year),
        "Award Amount": f"{(125_000, 750_000, 400_000)[phase]}.0000",
        "Research Area Keywords": ", ".join(_keywords(project)),
        "Abstract": _abstract(project, phase),
        "RI Name": project.institution,
        "Note": NOTE,
    }


def _keywords(project: Project) -> list[str]:
    element = project.element
    of = [element.name, element.symbol, element.category, project.product.lower()]
    return [*filter(None, of), project.kind.field]


def _abstract(project: Project, phase: int) -> str:
    element, kind, product = project.element, project.kind, project.product.lower()
    family = f", {element.family}" if element.family else ""
    return (
        f"{kind.problem} {project.firm} proposes to develop {element.name} {product} for "
        f"{project.mission} missions. {element.name.capitalize()} ({element.symbol}{family}) has "
        f"atomic number {element.number} and stands in period {element.period}. In Phase "
        f"{'I' * (phase + 1)} the firm will {kind.work[phase]}. NASA applications include "
        f"{kind.nasa}. Non-NASA applications include {kind.non_nasa}."
    )
