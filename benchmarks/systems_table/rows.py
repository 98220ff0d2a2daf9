"""Every system of the papers, and the recipes that run it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class System:
    """One system.

    Attributes:
        paper: whose.
        name: what it is there.
        recipes: shipped recipes that run it, by name; empty where there is none.
    """

    paper: str
    name: str
    recipes: tuple[str, ...] = ()


NASA = "NASA R&D"
CHEMISTRY = "Chemistry"
KULLM = "KULLM"
KONI = "KONI-4B-it"
SURVEY = "Survey"

SYSTEMS = (
    System(NASA, "field questions, LoRA, closest answer (Tables 2-7)", ("nasa/lora",)),
    System(CHEMISTRY, "its data sets, a LoRA each (Tables 1-6)", ("chemistry/instructions",)),
    System(CHEMISTRY, "property extraction (Table 4)", ("chemistry/property-extraction",)),
    System(CHEMISTRY, "data and base/chat (Tables 7-12)", ("chemistry/exams",)),
    System(KULLM, "three sets translated, LoRA (Table 1)", ("korean/kullm",)),
    System(KULLM, "combinations of the three sets (Figure 1)", ("korean/kullm-ablation",)),
    System(KONI, "continued pre-training, full tuning, nine benchmarks", ("science/koni",)),
    System(KONI, "nine benchmarks as one suite", ("science/suite",)),
    System(KONI, "knowledge kept: replay or none", ("science/replay",)),
    System(SURVEY, "K(G)OAT: IA3", ("korean/koat",)),
    System(SURVEY, "KoAlpaca: instructions translated, outputs anew", ("korean/koalpaca",)),
    System(SURVEY, "KoVicuna: conversations", ("korean/kovicuna",)),
    System(SURVEY, "KORani: conversations", ("korean/korani",)),
    System(SURVEY, "LLaMA-2-Ko: vocabulary, continued pre-training", ("korean/llama-2-ko",)),
    System(SURVEY, "komt: templates over annotated sets", ("korean/komt",)),
    System(SURVEY, "Ko-Platypus: translations corrected by hand", ("korean/ko-platypus",)),
    System(SURVEY, "LLaMA-Adapter", ("korean/llama-adapter",)),
    System(SURVEY, "instruction sets and their formats", ("korean/instruction-sets", "sets")),
)
"""In the order of the papers; a recipe may run more than one."""

OTHERS = ("demo", "mixing", "sweep", "korean/speech-levels", "nasa/ntrs", "nasa/techport")
"""Shipped recipes that repeat no paper."""
