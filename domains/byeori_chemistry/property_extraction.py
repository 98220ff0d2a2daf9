"""The generator `chemistry/property-extraction`: the paper's form, with chemistry's units."""

from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from byeori_chemistry.presets import ChemicalProperty, Preset, read_preset
from byeori_plugins.generators import PropertyExtraction, PropertyExtractionConfig

SYSTEM = """\
You are my engineering assistant, an expert in {{ settings.field }} research. Answer the questions \
about the above document accurately by strictly matching the dictionary FORMAT below. {{ form }}"""

INSTRUCTION = """\
{% if property.synonyms %}The {{ property.name }} is expressed with various expressions such as \
{% for name in property.synonyms %}{{ "" if loop.first else ", " }}'{{ name }}'{% endfor %}. \
{% endif %}{% if settings.stop %}Do not extract the properties of the following stop list \
{{ settings.stop | join(", ") }}. {% endif %}Extract all the {{ property.name }} value including \
its unit{% if property.condition %} and the {{ property.condition }} it was measured at{% endif %} \
and replace the ANSWER2 with them. If the document has no {{ property.name }}, write \
'{{ settings.absent }}' without attaching any other explanation for the value. Extract all the \
{{ settings.material }} matched with the {{ property.name }} above and replace the ANSWER1 with \
it. If the document has no {{ settings.material }}, write '{{ settings.absent }}'."""


class ChemicalExtractionConfig(PropertyExtractionConfig):
    """Settings of `chemistry/property-extraction`."""

    preset: Path | None = Field(
        None,
        description="TOML file with properties, stop list and keys: your own, or one that ships, "
        "such as `shipped:chemistry/properties/anion-exchange-membranes.toml`. What the recipe "
        "says itself wins.",
    )
    only: tuple[str, ...] = Field((), description="Keys of the preset's properties; empty is all.")
    properties: tuple[ChemicalProperty, ...] = Field(
        (), description="What is looked for; by default the preset's properties."
    )
    field: str = Field("chemistry", description="Field of the expert in the system message.")
    key: str = Field("MATERIAL", description="Outermost key of the answer: `AEM_MAT`.")
    material: str = Field("material name", description="What values belong to.")
    system: str = Field(SYSTEM, description="System message (Jinja), as the paper's Table 4.")
    system_in_examples: bool = Field(
        True, description="Give the system message to the examples too; it has the form."
    )
    instruction: str = Field(
        INSTRUCTION,
        description="Instruction of this model and of every example (Jinja over `property`, "
        "`form`, `settings` and what every prompt sees), as the paper's Table 4.",
    )
    answer_format: Literal["json", "dictionary"] = Field(
        "dictionary",
        description="How answers are written: `dictionary`, Python's way with single quotation "
        "marks, as the paper has it, or `json`.",
    )

    @model_validator(mode="after")
    def _filled(self) -> Self:
        if self.preset is None:
            if not self.properties:
                raise ValueError("say what is looked for: `preset`, or `properties`")
            if self.only:
                raise ValueError("`only` chooses among a preset's properties; name a `preset`")
        elif self.preset.is_file():  # that it is missing is said for every path alike
            self._fill(read_preset(self.preset))
        return self

    def _fill(self, preset: Preset) -> None:
        known = {one.key: one for one in preset.property}
        for key in self.only:
            if key not in known:
                raise ValueError(
                    f"only: {self.preset} has no property {key!r}; it has {', '.join(known)}"
                )
        chosen = tuple(one for key, one in known.items() if not self.only or key in self.only)
        given: dict[str, Any] = {
            "properties": chosen,
            "stop": preset.stop,
            "key": preset.key,
            "material": preset.material,
            "field": preset.field or self.field,
        }
        for name, value in given.items():
            if name not in self.model_fields_set:
                # Settings are frozen for everyone else; these are not yet anyone's.
                object.__setattr__(self, name, value)


class ChemicalExtraction(PropertyExtraction):
    """Asks a model for values of properties, in the chemistry paper's words and dictionary.

    As `property-extraction`, with units of chemistry, presets by field, and the condition (such as
    the temperature) that a value was measured under.
    """

    name = "property-extraction"
    version = 1
    config_model = ChemicalExtractionConfig
