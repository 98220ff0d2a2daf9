"""Invented records of the kinds that TechPort and NTRS have."""

from collections.abc import Iterator, Mapping

from byeori_nasa.fiction.awards import Project, projects
from byeori_nasa.fiction.tables import AREAS, CENTRES, PLACES, PROCESSES, RECORD_NOTE, SUBJECTS


def technology_projects() -> Iterator[Mapping[str, str]]:
    """One project of TechPort's kind for each element."""
    for project in projects():
        element, product = project.element, project.product.lower()
        name, family = element.name, f", {element.family}," if element.family else ""
        yield {
            "project": str(900_000 + project.number),
            "title": project.title,
            "description": (
                f"{project.firm} and {project.centre} make {product} of {name} "
                f"({element.symbol}) for {project.mission} missions. The element{family} has "
                f"atomic number {element.number} and stands in period {element.period}. In "
                f"{project.year} the project will {project.kind.work[1]}."
            ),
            "benefits": f"It can be used in {project.kind.nasa}.",
            "technology_area": AREAS[project.kind.field],
            "material": f"{name} ({project.element.symbol})",
            "purpose": project.kind.nasa,
            "note": RECORD_NOTE,
        }


def reports() -> Iterator[Mapping[str, str]]:
    """One technical report of NTRS's kind for each element."""
    for project in projects():
        yield _report(project)


def _report(project: Project) -> dict[str, str]:
    element, number = project.element, project.number
    process, place = PROCESSES[number % len(PROCESSES)], PLACES[number % len(PLACES)]
    subject = SUBJECTS.get(element.category, SUBJECTS[""])
    family = f", {element.family}," if element.family else ""
    return {
        "id": str(99_000_000 + number),
        "title": f"{process.capitalize()} of {element.name.capitalize()} {place}",
        "abstract": (
            f"This report gives the {process} of {element.name} {place.lower()}. "
            f"{element.name.capitalize()}{family} has the symbol {element.symbol} and the number "
            f"{element.number}. Tables hold the results, with the errors of the instruments."
        ),
        "center": CENTRES[number % len(CENTRES)],
        "subject": subject,
        "keywords": ", ".join([element.name, element.symbol, process]),
        "note": RECORD_NOTE,
    }
