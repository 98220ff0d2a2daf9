from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byeori import Context, DataError, Document
from byeori.checks import check
from byeori.records import Example
from byeori_plugins.generators.templates import Templates

SYMBOL = {"task": "symbol", "language": "en", "instruction": "Symbol of {{ name }}?"}
DOCUMENTS = [
    Document(id="h", text="수소", title="수소", language="ko", metadata={"name": "H", "group": 1}),
    Document(id="la", text="란타넘", language="ko", metadata={"name": "La", "group": None}),
]


def generate(templates, documents=DOCUMENTS, seed=42, **settings):
    rejects = []
    context = Context(
        stage="examples.0", seed=seed, output=Path("o"), scratch=Path("s"), on_reject=rejects.append
    )
    config = Templates.config_model.model_validate({"templates": templates, **settings})
    return list(Templates(config).examples(iter(documents), context)), rejects


def test_fields_and_the_document_are_filled_in():
    (first, _), _ = generate(
        [
            {
                "task": "about",
                "instruction": "{{ document.title or name }} ({{ document.language }})",
                "input": "{{ document.text }}\n",
                "system": "{{ document.metadata['name'] }}",
                "output": "{{ name | particle('은/는') }} {{ document.text | particle('는/은') }}",
                "split": "test",
            }
        ]
    )
    assert (first.instruction, first.input, first.system) == ("수소 (ko)", "수소", "H")
    assert first.output == "H는 수소는"
    assert (first.task, first.language, first.document_id) == ("about", "ko", "h")
    assert first.metadata == {"template": 0, "split": "test"}
    assert check(first, Example, "test") is first


def test_a_printed_empty_field_skips_the_example_and_says_which_template():
    examples, rejects = generate([{**SYMBOL, "output": "{{ group }}"}])
    assert [example.output for example in examples] == ["1"]
    assert [(r.where, r.reason) for r in rejects] == [
        ("la", "field `group` is null for template symbol/en")
    ]


def test_a_condition_may_ask_for_an_empty_field():
    template = {**SYMBOL, "output": "{{ name }}{% if group %} in {{ group }}{% endif %}"}
    examples, rejects = generate([template])
    assert [example.output for example in examples] == ["H in 1", "La"]
    assert not rejects


@pytest.mark.parametrize("value", ["", "  ", [], {}])
def test_blank_texts_and_empty_lists_count_as_empty(value):
    documents = [*DOCUMENTS, Document(id="x", text="t", metadata={"name": value})]
    examples, rejects = generate([{**SYMBOL, "output": "{{ name }}"}], documents)
    assert len(examples) == 2
    assert rejects[0].reason == "field `name` is empty for template symbol/en"


def test_zero_and_false_are_values():
    documents = [Document(id="x", text="t", metadata={"name": 0, "group": False})]
    (example,), _ = generate([{**SYMBOL, "output": "{{ group }}"}], documents)
    assert (example.instruction, example.output) == ("Symbol of 0?", "False")


def test_a_field_that_no_document_has_is_a_mistake_with_a_suggestion():
    template = {**SYMBOL, "output": "{{ name }}{% if gruop %}!{% endif %}"}
    with pytest.raises(
        DataError, match=r"templates.0: no document has a field `gruop`; did you mean 'group'\?"
    ):
        generate([template])


def test_nothing_filled_in_is_an_error():
    documents = [Document(id="x", text="t", metadata={"name": ""})]
    with pytest.raises(DataError, match="no template could be filled"):
        generate([{**SYMBOL, "output": "{{ name }}"}], documents)


@pytest.mark.parametrize(
    ("output", "message"),
    [
        ("{{ name", r"templates.0.output[\s\S]*line 1 of the template"),
        ("a\n{% if x %}", "line 2 of the template"),
        ("{{ name | nofilter }}", "No filter named 'nofilter'"),
        ("", "at least 1 character"),
    ],
)
def test_a_template_that_cannot_compile_is_found_with_the_recipe(output, message):
    with pytest.raises(ValueError, match=message):
        generate([{**SYMBOL, "output": output}])


def test_templates_cannot_leave_the_sandbox():
    attack = "{{ ''.__class__.__mro__ }}"
    with pytest.raises(DataError, match="no template could be filled"):
        generate([{**SYMBOL, "output": attack}])


def test_an_expression_that_fails_is_a_reject_and_not_a_crash():
    examples, rejects = generate(
        [{**SYMBOL, "output": "{{ name + 1 }}"}, {**SYMBOL, "output": "x"}]
    )
    assert len(examples) == 2
    assert len(rejects) == 2
    assert rejects[0].reason.startswith("the template fails:")


def splits(count, split=None):
    return [
        {"instruction": f"{split} {i} {{{{ name }}}}", "output": "a", "split": split}
        for i in range(count)
    ]


@given(
    counts=st.tuples(*[st.integers(0, 4)] * 3).filter(any),
    wanted=st.integers(1, 5),
    seed=st.integers(0, 9),
)
def test_each_document_has_as_many_examples_in_each_split_as_asked_for(counts, wanted, seed):
    both, train, test = counts
    templates = splits(both) + splits(train, "train") + splits(test, "test")
    examples, _ = generate(templates, seed=seed, per_document=wanted)
    for document in DOCUMENTS:
        own = [e for e in examples if e.document_id == document.id]
        for split, available in (("train", both + train), ("test", both + test)):
            usable = [e for e in own if e.metadata.get("split") in (None, split)]
            assert len(usable) == min(wanted, available)
        order = [e.metadata["template"] for e in own]
        assert order == sorted(order)


def test_the_choice_depends_on_seed_and_document_alone():
    def chosen(documents, seed):
        examples, _ = generate(splits(20), documents, seed=seed, per_document=3)
        return [(e.document_id, e.metadata["template"]) for e in examples]

    assert chosen(DOCUMENTS, 1) == chosen(DOCUMENTS, 1)
    assert sorted(chosen(DOCUMENTS[::-1], 1)) == sorted(chosen(DOCUMENTS, 1))
    assert chosen(DOCUMENTS, 1) != chosen(DOCUMENTS, 2)
