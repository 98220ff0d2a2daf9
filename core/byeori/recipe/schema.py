"""The JSON Schema of a recipe, with the settings of every component that is installed."""

from typing import Any

from byeori.plugins import ComponentEntry, Registry
from byeori.recipe.model import SECTIONS, STEPS, Recipe, Step


def recipe_schema(registry: Registry) -> dict[str, Any]:
    """A JSON Schema (draft 2020-12) that editors can check recipes with."""
    schema = Recipe.model_json_schema(by_alias=True)
    definitions = schema.setdefault("$defs", {})
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["properties"]["prompt"]["enum"] = sorted(registry.templates())
    for section, kinds in SECTIONS.items():
        choices = []
        for entry in registry.components(*kinds).values():
            name = f"{entry.kind}:{entry.name.replace('/', '.')}"
            step = STEPS.get(section, Step)
            definitions[name] = _step_schema(name, entry, step, definitions)
            choices.append({"$ref": f"#/$defs/{name}"})
        schema["properties"][section]["items"] = {"anyOf": choices}
    return schema


def _step_schema(
    name: str, entry: ComponentEntry, step: type[Step], definitions: dict[str, Any]
) -> dict[str, Any]:
    """One component's entry; its nested models go to `definitions`, under names of their own."""
    template = f"#/$defs/{name}.{{model}}"
    own = entry.cls.config_model.model_json_schema(by_alias=True, ref_template=template)
    for model, definition in own.pop("$defs", {}).items():
        definitions[f"{name}.{model}"] = definition
    common = step.model_json_schema(by_alias=True)["properties"]
    common["use"] = {"const": entry.name, "description": entry.summary}
    return {
        "type": "object",
        "title": entry.name,
        "properties": {**common, **own.get("properties", {})},
        "required": ["use", *own.get("required", [])],
        "additionalProperties": False,
    }
