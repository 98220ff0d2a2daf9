"""What invented projects are about: elements, what is made of them, and what that is good for."""

from dataclasses import dataclass

NOTE = "Fictional award, written for byeori; the firm does not exist."
"""Stands in every record."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of product.

    Attributes:
        field: what it belongs to, as a keyword.
        problem: why it is wanted; the first sentence of an abstract.
        work: what is done in Phase I, in Phase II and in Phase III.
        nasa, non_nasa: what it can be used for.
        code: subtopic, in the style of NASA's.
    """

    field: str
    problem: str
    work: tuple[str, str, str]
    nasa: str
    non_nasa: str
    code: str


KINDS: dict[str, Kind] = {
    "power": Kind(
        "power",
        "Missions far from the Sun run short of power before they run short of questions.",
        (
            "show that a small cell keeps its charge in the cold",
            "build a full cell and cycle it a thousand times in vacuum",
            "deliver flight units and support their integration",
        ),
        "rovers, habitats and small satellites",
        "electric cars, hospitals and remote weather stations",
        "S3.03",
    ),
    "optics": Kind(
        "optics",
        "Telescopes in space need parts that keep their shape when the temperature changes.",
        (
            "measure how a small sample reflects and transmits light",
            "polish a full part and test it in a cold chamber",
            "deliver flight parts and support their alignment",
        ),
        "telescopes, star trackers and laser links",
        "cameras, microscopes and chip factories",
        "S2.04",
    ),
    "sensors": Kind(
        "sensors",
        "Crews must know what they breathe and what passes through their walls.",
        (
            "show that one sensor tells a trace from a clean sample",
            "build an array and calibrate it against a laboratory instrument",
            "deliver flight arrays and support their operation",
        ),
        "space stations, landers and planetary probes",
        "mines, refineries and airports",
        "S1.08",
    ),
    "structures": Kind(
        "structures",
        "Every kilogram of structure is a kilogram that carries no instrument.",
        (
            "cast small bars and pull them until they break",
            "form a full panel and shake it as a launch would",
            "deliver flight panels and support their inspection",
        ),
        "launch vehicles, tanks and landing legs",
        "aircraft, bridges and racing bicycles",
        "Z4.01",
    ),
    "heat": Kind(
        "thermal control",
        "On the Moon a day is hot enough to boil water and a night cold enough to freeze air.",
        (
            "measure how much heat a short sample carries",
            "build a full loop and run it for a thousand hours",
            "deliver flight loops and support their installation",
        ),
        "lunar landers, radiators and cryogenic tanks",
        "data centres, refrigerators and power plants",
        "Z2.01",
    ),
    "propulsion": Kind(
        "propulsion",
        "Small spacecraft have little room for propellant and much need of it.",
        (
            "fire a single unit for a minute and measure its thrust",
            "fire a full set for a hundred hours in vacuum",
            "deliver flight sets and support their first firing",
        ),
        "small satellites, orbital tugs and asteroid probes",
        "communication satellites, debris removal and Earth imaging",
        "Z10.04",
    ),
    "life": Kind(
        "life support",
        "A crew that travels for years cannot wait for supplies from Earth.",
        (
            "clean a small stream of air and of water",
            "clean the air and water of a test chamber for a month",
            "deliver flight units and support the crew that uses them",
        ),
        "crew cabins, space suits and lunar bases",
        "submarines, field hospitals and disaster relief",
        "H3.01",
    ),
    "electronics": Kind(
        "electronics",
        "Radiation turns good circuits into bad ones, a bit at a time.",
        (
            "expose single parts to radiation and count their errors",
            "build a full board and expose it in a beam for a week",
            "deliver flight boards and support their testing",
        ),
        "flight computers, radios and memory units",
        "reactors, particle accelerators and aircraft radios",
        "S4.04",
    ),
}

PRODUCTS: dict[str, str] = {
    "Batteries": "power",
    "Solar Cells": "power",
    "Mirrors": "optics",
    "Lasers": "optics",
    "Detectors": "sensors",
    "Sensors": "sensors",
    "Alloys": "structures",
    "Coatings": "structures",
    "Heat Pipes": "heat",
    "Seals": "heat",
    "Thrusters": "propulsion",
    "Igniters": "propulsion",
    "Filters": "life",
    "Catalysts": "life",
    "Magnets": "electronics",
    "Switches": "electronics",
}
"""Kind by product."""

MADE_OF: dict[str, str] = {
    "Batteries": "Li Na Mg Zn Ni Cd V",
    "Solar Cells": "Si Ga Te Se Cs",
    "Mirrors": "Be Al Ag Au Rh",
    "Lasers": "Nd Er Ho Tm Yb",
    "Detectors": "Ge Hg In Tl Xe",
    "Sensors": "Sn Bi W Pd I",
    "Alloys": "Sc Ti Zr Nb Mo Re",
    "Coatings": "Cr Y Hf Ir Ta",
    "Heat Pipes": "Cu K Rb He Ne",
    "Seals": "C F Os Pb",
    "Thrusters": "Ar Kr H N Br",
    "Igniters": "B Ba Sr P S",
    "Filters": "O Ca As Cl Mn",
    "Catalysts": "Pt Ru Ce Co Th",
    "Magnets": "Fe Sm Dy Gd Pr La",
    "Switches": "Sb Eu Tb Lu U",
}
"""Symbols by product: every element that stays, once."""

MISSIONS = ("Mars", "Venus", "Lunar", "Orbital", "Arctic", "Ocean")
FIRST = (
    "Alderwick",
    "Brambley",
    "Cindermoor",
    "Dunmarrow",
    "Eastfold",
    "Fernhollow",
    "Gorsedale",
    "Hartwhistle",
    "Inglecombe",
    "Junipert",
    "Kestrelby",
    "Larkenfell",
    "Mossgrave",
    "Netherby",
    "Oakenshaw",
    "Pebblewick",
    "Quillmere",
    "Rooksbarrow",
    "Sallowfield",
    "Thistlemoor",
    "Umberleigh",
    "Vetchley",
    "Wrenstead",
    "Yarrowby",
)
SECOND = ("Aerospace", "Instruments", "Materials", "Dynamics", "Research", "Systems", "Works")
ENDS = (", Inc.", ", LLC", " Corporation")
INSTITUTIONS = (
    "Fernhollow Polytechnic (fictional)",
    "University of Netherby (fictional)",
    "Larkenfell Institute of Technology (fictional)",
)
CENTRES = ("GRC", "JPL", "MSFC", "GSFC", "LaRC", "JSC", "ARC", "SSC")
RECORD_NOTE = "Fictional record, written for byeori."
AREAS = {
    "power": "TX03 Aerospace Power and Energy Storage",
    "optics": "TX08 Sensors and Instruments",
    "sensors": "TX08 Sensors and Instruments",
    "structures": "TX12 Materials, Structures, Mechanical Systems and Manufacturing",
    "thermal control": "TX14 Thermal Management Systems",
    "propulsion": "TX01 Propulsion Systems",
    "life support": "TX06 Human Health, Life Support and Habitation Systems",
    "electronics": "TX02 Flight Computing and Avionics",
}
"""By field, the area of NASA's 2020 technology taxonomy."""
SUBJECTS = {
    "noble gas": "Plasma Physics",
    "halogen": "Inorganic, Organic and Physical Chemistry",
    "nonmetal": "Inorganic, Organic and Physical Chemistry",
    "metalloid": "Solid-State Physics",
    "": "Metals and Metallic Materials",
}
"""By category of the element, a subject category of NTRS; the last one for every metal."""
PROCESSES = ("vapor pressure", "emission spectra", "diffusion", "ionization", "thermal expansion")
PLACES = ("in Vacuum", "at High Temperature", "in Thin Films", "under Radiation")
