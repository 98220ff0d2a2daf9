"""Every system of the papers, and the recipes that run it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class System:
    """One system.

    Attributes:
        paper: whose.
        name: what it is called there.
        recipes: shipped recipes that run it, by name.
    """

    paper: str
    name: str
    recipes: tuple[str, ...]


NASA = "Kim et al. 2024, NASA R&D"
CHEMISTRY = "Chemistry instruction tuning"
KULLM = "KULLM"
KONI = "KONI-4B-it"
SURVEY = "Survey of Korean instruction tuning"

SYSTEMS = (System(NASA, "field questions, LoRA, closest answer", ("nasa/lora",)),)
"""In the order of the papers; a recipe may run more than one."""

OTHERS = ("demo", "mixing", "sets", "sweep")
"""Shipped recipes that repeat no paper."""
