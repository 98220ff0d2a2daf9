"""How the fields of an award are asked about, and what a whole answer looks like.

Questions and answers follow Kim et al. (2024), Table 1: the question names the project by its title
("the project related to X"), and the answer repeats it in a full sentence. `{title}` and `{value}`
are filled in. The last group of wordings is held out: it is used in the test only, so that a score
shows more than that the wordings of training were learnt.
"""

from dataclasses import dataclass

ROLE = (
    "You are a national R&D planning expert and you will answer questions related to R&D planning "
    "inquiries."
)
"""The instruction of every example (Table 2); the question is its input."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an award.

    Attributes:
        answer: the sentence that answers every wording.
        questions: wordings used in training, and in the test on other documents.
        held_out: wordings used in the test only.
    """

    answer: str
    questions: tuple[str, ...]
    held_out: tuple[str, ...]


FIELDS: dict[str, Field] = {
    "abstract": Field(
        "The abstract of the project related to {title} is {value}",
        (
            "What is the abstract of the project related to {title}?",
            "What is the project related to {title} about?",
            "Summarize the project related to {title}.",
        ),
        ("How does the abstract describe the project related to {title}?",),
    ),
    "objective": Field(
        "The objective of the project related to {title} is {value}.",
        (
            "What is the objective of the project related to {title}?",
            "What is the purpose of the project related to {title}?",
            "What does the project related to {title} aim to do?",
        ),
        ("What goal does the project related to {title} pursue?",),
    ),
    "nasa_applications": Field(
        "The potential NASA applications of {title} include {value}.",
        (
            "What are the potential NASA applications of {title}?",
            "Which NASA applications could {title} have?",
        ),
        ("For what could NASA use {title}?",),
    ),
    "non_nasa_applications": Field(
        "The potential non-NASA applications of {title} include {value}.",
        (
            "What are the potential non-NASA applications of {title}?",
            "Which applications outside NASA could {title} have?",
        ),
        ("For what could {title} be used apart from NASA?",),
    ),
    "keywords": Field(
        "The keywords of the project related to {title} are {value}.",
        (
            "What are the keywords of the project related to {title}?",
            "Which keywords describe the project related to {title}?",
        ),
        ("Under which keywords is the project related to {title} filed?",),
    ),
    "program": Field(
        "The project related to {title} is funded by the {value} program.",
        (
            "What is the program type of the project related to {title}?",
            "Which program funds the project related to {title}?",
        ),
        ("Under which program was the project related to {title} awarded?",),
    ),
    "phase": Field(
        "The project related to {title} is in {value}.",
        (
            "What is the phase of the project related to {title}?",
            "In which phase is the project related to {title}?",
        ),
        ("Which phase has the project related to {title} reached?",),
    ),
    "firm": Field(
        "The project related to {title} is carried out by {value}.",
        (
            "Which firm carries out the project related to {title}?",
            "What is the name of the firm of the project related to {title}?",
        ),
        ("Which company works on the project related to {title}?",),
    ),
    "year": Field(
        "The project related to {title} was awarded in {value}.",
        (
            "In which year was the project related to {title} awarded?",
            "What is the award year of the project related to {title}?",
        ),
        ("When did the project related to {title} receive its award?",),
    ),
    "research_institution": Field(
        "The research institution of the project related to {title} is {value}.",
        (
            "What is the research institution of the project related to {title}?",
            "Which research institution takes part in the project related to {title}?",
        ),
        ("With which institution is the project related to {title} carried out?",),
    ),
}
"""The paper's fields (section 3.2), with the objective (Table 1), year and institution."""
