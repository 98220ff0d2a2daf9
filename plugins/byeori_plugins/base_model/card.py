"""The model card of the small base model."""

from collections.abc import Mapping
from typing import Any

from byeori_plugins.base_model.facts import countries, data_text, elements, prose


def model_card(record: Mapping[str, Any]) -> str:
    """The card of a model from what `training.json` says about it, in Markdown."""
    slots = {key: value for key, value in record.items() if key not in ("settings", "shares")}
    slots |= record["settings"] | record["shares"]
    slots |= {
        "versions": ", ".join(f"{name} {number}" for name, number in record["versions"].items()),
        "elements": len(elements()),
        "countries": len(countries()),
        "sentences": len(prose("en")) + len(prose("ko")),
    }
    return data_text("model_card.md").format(**slots)
