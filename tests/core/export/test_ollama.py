"""A Modelfile's TEMPLATE writes what the model was trained with."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from transformers import AutoTokenizer

from byeori import DataError, Decoding, Item, PromptTemplate
from byeori.export.converter import VARIABLE
from byeori.export.errors import ExportError
from byeori.export.make import Wish, make_export
from byeori.export.modelfile import go_template, modelfile
from byeori.export.subject import Subject
from byeori.export.turns import take_apart
from byeori.models import resolve_base
from byeori.prompts import prompt_text
from byeori.records import Turn
from byeori_plugins.prompts import ALPACA, ALPACA_KO

CHATML = PromptTemplate(
    name="chatml",
    template=(
        "<|im_start|>system\n"
        '{{ system or \'You say """hello""" {{ politely }}.\' }}<|im_end|>\n'
        "{% for turn in history %}<|im_start|>{{ turn.role }}\n{{ turn.content }}<|im_end|>\n"
        "{% endfor %}<|im_start|>user\n{{ instruction }}{{ input }}<|im_end|>\n"
        "<|im_start|>assistant\n"
    ),
)
SHORT = PromptTemplate(name="short", template="Q: {{ instruction }}\nA: ")
TEMPLATES = [ALPACA, ALPACA_KO, CHATML, SHORT]
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20)
ITEMS = [
    Item(instruction=instruction, system=system, history=history)
    for instruction in ("What is {{ iron }}?", '"철"의 기호는?\n\n쓰시오.')
    for system in ("", "Be brief.")
    for history in (
        (),
        (Turn("user", "Hi"), Turn("assistant", "Hello")),
        (Turn("user", "1"), Turn("assistant", "2"), Turn("user", "3"), Turn("assistant", "4")),
    )
]


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    return AutoTokenizer.from_pretrained(resolve_base("builtin:tiny"))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda t: t.name)
@given(question=TEXT, system=st.one_of(st.just(""), TEXT), turns=st.lists(st.tuples(TEXT, TEXT)))
def test_the_pieces_of_a_template_make_up_its_prompts(
    template: PromptTemplate,
    tokenizer: Any,
    question: str,
    system: str,
    turns: list[tuple[str, str]],
) -> None:
    pieces = take_apart(template, tokenizer, [])
    history = tuple(t for q, a in turns for t in (Turn("user", q), Turn("assistant", a)))
    item = Item(instruction=question, system=system, history=history)
    assert pieces.text(item) == prompt_text(template, item, tokenizer)


@pytest.mark.parametrize(
    "source",
    [
        "{{ instruction | upper }}\nA:",
        "{% for turn in history %}{{ loop.length }}{{ turn.content }}{% endfor %}{{ instruction }}",
        "{{ instruction }}: {{ instruction }}",
        "always the same",
    ],
)
def test_a_template_that_is_more_than_texts_between_messages_is_refused(
    tokenizer: Any, source: str
) -> None:
    with pytest.raises(DataError, match="more than texts between the messages"):
        take_apart(PromptTemplate(name="odd", template=source), tokenizer, [])


def test_a_question_of_the_evaluation_that_comes_out_otherwise_is_refused(tokenizer: Any) -> None:
    trimmed = PromptTemplate(name="trimmed", template="Q: {{ instruction | trim }}\nA:")
    take_apart(trimmed, tokenizer, [Item(instruction="plain")])
    with pytest.raises(DataError, match="comes out otherwise"):
        take_apart(trimmed, tokenizer, [Item(instruction=" spaced ")])


GO = """
package main

import ("encoding/json"; "os"; "strings"; "text/template")

type Message struct { Role, Content string }
type Case struct { Template, System string; Messages []Message }

func main() {
    var cases []Case
    if err := json.NewDecoder(os.Stdin).Decode(&cases); err != nil { panic(err) }
    var texts []string
    for _, c := range cases {
        var out strings.Builder
        made := template.Must(template.New("").Option("missingkey=zero").Parse(c.Template))
        data := map[string]any{"System": c.System, "Messages": c.Messages}
        if err := made.Execute(&out, data); err != nil { panic(err) }
        texts = append(texts, out.String())
    }
    json.NewEncoder(os.Stdout).Encode(texts)
}
"""


def case(template: str, item: Item) -> dict[str, Any]:
    messages = [{"Role": turn.role, "Content": turn.content} for turn in item.history]
    if item.system:  # Ollama has it in both places
        messages.insert(0, {"Role": "system", "Content": item.system})
    messages.append({"Role": "user", "Content": item.instruction})
    return {"Template": template, "System": item.system, "Messages": messages}


def test_go_fills_the_template_in_as_jinja_does(tokenizer: Any, tmp_path: Path) -> None:
    if not (go := shutil.which("go")):
        pytest.skip("Go is not on PATH")
    (tmp_path / "main.go").write_text(GO)
    pairs = [(template, item) for template in TEMPLATES for item in ITEMS]
    cases = [case(go_template(take_apart(t, tokenizer, [])), item) for t, item in pairs]
    done = subprocess.run(
        [go, "run", "main.go"],
        input=json.dumps(cases),
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=True,
    )
    wanted = [prompt_text(template, item, tokenizer) for template, item in pairs]
    assert json.loads(done.stdout) == wanted


def test_a_modelfile_has_template_ends_and_settings(tokenizer: Any) -> None:
    decoding = Decoding(max_new_tokens=40, repetition_penalty=1.4, stop=("\n\n",))
    text = modelfile("./model.gguf", take_apart(CHATML, tokenizer, []), ["</s>"], decoding, 512)
    head, template, rest = text.split('"""', 2)
    assert head == "FROM ./model.gguf\nTEMPLATE "
    assert '""' not in template
    assert rest.splitlines() == [
        "",
        'PARAMETER stop "</s>"',
        'PARAMETER stop """',
        "",
        '"""',
        "PARAMETER temperature 0",
        "PARAMETER repeat_penalty 1.4",
        "PARAMETER num_predict 40",
        "PARAMETER num_ctx 512",
    ]
    drawn = Decoding(do_sample=True, temperature=0.7, top_p=0.9)
    text = modelfile(".", take_apart(ALPACA, tokenizer, []), [], drawn, None)
    assert "PARAMETER temperature 0.7\nPARAMETER top_k 0\nPARAMETER top_p 0.9\n" in text


def test_a_model_that_ollama_imports_by_itself_is_exported_without_a_converter(
    subject: Callable[[str], Subject], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    wish = Wish("ollama", tmp_path / "model", questions=2)
    make_export(subject("lora"), wish, lambda text: None)
    text = (tmp_path / "model" / "Modelfile").read_text()
    assert text.startswith("FROM .\nTEMPLATE")
    assert 'PARAMETER stop "<|eos|>"' in text
    assert (tmp_path / "model" / "model.safetensors").is_file()


def test_gguf_without_a_converter_says_how_to_get_it(
    subject: Callable[[str], Subject], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    wish = Wish("gguf", tmp_path / "model")
    with pytest.raises(ExportError, match=f"not on PATH; get it with .*{VARIABLE}="):
        make_export(subject("lora"), wish, lambda text: None)
    monkeypatch.setenv(VARIABLE, str(tmp_path / "nowhere.py"))
    with pytest.raises(ExportError, match="which is no file"):
        make_export(subject("lora"), wish, lambda text: None)
