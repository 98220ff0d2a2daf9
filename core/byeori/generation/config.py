"""The settings that every generator with a model has."""

from pydantic import Field, field_validator

from byeori.components import Config
from byeori.endpoint.config import EndpointConfig
from byeori.generation.sentences import SentenceKind
from byeori.prompts import checked_template


class GenerationConfig(Config):
    """Settings of a `ModelGenerator`; a generator of its own gives `prompt` (and `system`) defaults
    and adds what else it needs.

    `prompt` and `system` are Jinja templates over `document`, `text` (the part), `language` (its
    English name, or empty), `settings` (these) and every field of the document's metadata by name.
    """

    model: EndpointConfig = Field(description="The model that writes the answers.")
    language: str | None = Field(
        default=None, description="Language of the answers (BCP-47 tag); null for the document's."
    )
    system: str = Field(default="", description="System message (Jinja); empty for none.")
    prompt: str = Field(
        description="User message: Jinja over `document`, `text` (the part), `language`, "
        "`settings` and the document's fields."
    )
    max_characters: int = Field(
        default=8000,
        ge=200,
        description="Longest text in one request; a longer document goes out in several parts, "
        "cut between paragraphs.",
    )
    sentences: SentenceKind = Field(
        default="marks",
        description="What ends a sentence where a single paragraph is too long: `marks` (a full "
        "stop, question or exclamation mark before a space), or `kiwi` for Korean documents, whose "
        "sentences Kiwi tells by their endings (needs `pip install byeori[korean]`).",
    )

    # An `instruction` is what many generators add.
    @field_validator("prompt", "system", "instruction", check_fields=False)
    @classmethod
    def _compiles(cls, value: str) -> str:
        return checked_template(value)
