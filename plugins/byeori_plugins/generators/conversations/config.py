"""Settings of `conversations`."""

from pydantic import Field, model_validator

from byeori.generation import GenerationConfig
from byeori_plugins.sources.instructions import Turns

SYSTEM = (
    "You write conversations between a person and an assistant that could be real: the person is "
    "curious and brief, the assistant is exact and says so when something is not known."
)

PROMPT = """\
Write {% if history %}how the conversation below goes on{% elif opening %}a conversation that \
begins with the question below, word for word{% else %}a conversation about the text below\
{% endif %}{% if language %}, in {{ language }}{% endif %}: {{ number }} \
{{ "further " if history }}question{{ "s" if number > 1 }} of the person, each with the \
assistant's reply. Each question after the first takes up what was said before, as people do: it \
asks for a reason, an example, a detail, a comparison, or doubts something.\
{% if text %} The first question makes sense without the text. Replies say only what the text \
says, without mentioning it.{% endif %}{% if settings.grounded %} With each reply give `quote`: \
the words of the text that it comes from, copied exactly as they stand there.{% endif %}

{% for turn in history %}{{ "Person" if turn.role == "user" else "Assistant" }}: {{ turn.content }}

{% endfor %}{% if opening %}{{ "Person: " if history }}{{ opening }}{% elif text %}\
{% if document.title %}Title: {{ document.title }}

{% endif %}{{ text }}{% endif %}"""


class ConversationsConfig(GenerationConfig):
    """Settings of `conversations`."""

    exchanges: int = Field(
        default=3, ge=1, description="Questions with replies to ask for in one conversation."
    )
    min_exchanges: int = Field(
        default=2,
        ge=1,
        description="Fewest exchanges a conversation must have once it was cut at the first that "
        "cannot be used, those it went on from among them.",
    )
    turns: Turns = Field(
        default="all",
        description="Which replies become examples, each with the turns before it as history: all "
        "new ones, or the first, or the last.",
    )
    grounded: bool = Field(
        default=False,
        description="Ask for the words each reply comes from, and cut a conversation at the first "
        "reply whose quotation is not in the text.",
    )
    include_text: bool = Field(
        default=False,
        description="Put the text after the first question, so that reading it is learnt and not "
        "knowing it.",
    )
    system: str = Field(default=SYSTEM, description="System message (Jinja); empty for none.")
    prompt: str = Field(
        default=PROMPT,
        description="User message: Jinja over `text` (the part, or empty), `history` (turns with "
        "`role` and `content`), `opening` (a first question), `number` and what every prompt sees.",
    )

    @model_validator(mode="after")
    def _enough(self) -> "ConversationsConfig":
        if self.min_exchanges > self.exchanges + 1:
            raise ValueError("`min_exchanges` is more than a conversation is asked to have")
        return self
