"""Instruction sets in the shapes their authors published; the rows are made up."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byeori import DataError, Turn
from byeori_plugins.sources import Instruction, InstructionSet, instructions_of
from byeori_plugins.sources.instructions import FORMATS
from byeori_plugins.sources.instructions.formats import format_of, shape_of


@pytest.fixture
def load(read):
    """The documents of some rows, as JSON lines."""

    def load_(*rows, name="set.jsonl", **settings):
        content = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
        return read(InstructionSet, content, name, **settings)

    return load_


def only(documents, turns="all"):
    (document,) = documents
    return list(instructions_of(document, turns))


TURNS = [("human", "Hi"), ("gpt", "Hello."), ("human", "Bye"), ("gpt", "Goodbye.")]
TASK = {
    "Contributors": ["A"],
    "Source": ["x"],
    "Categories": ["Question Answering"],
    "Output_language": ["Korean"],
    "Definition": ["Answer the", "question."],
    "Positive Examples": [
        {"input": "1+1", "output": "2", "explanation": "a sum"},
        {"input": "2+2", "output": "4", "explanation": "another"},
    ],
    "Negative Examples": [{"input": "1+1", "output": "3", "explanation": "wrong"}],
    "Instances": [
        {"id": "task9-a", "input": "3+3", "output": ["6", "six"]},
        {"id": "task9-b", "input": "4+4", "output": ["8"]},
    ],
    "Instance License": ["Apache 2.0"],
}

ROWS = {
    "alpaca": (
        {"instruction": "Add.", "input": "1, 2", "output": "3"},
        Instruction(instruction="Add.", input="1, 2", output="3"),
    ),
    "dolly": (
        {"instruction": "Who?", "context": "Ann is.", "response": "Ann", "category": "closed_qa"},
        Instruction(instruction="Who?", input="Ann is.", output="Ann", task="closed_qa"),
    ),
    "self-instruct": (
        {
            "id": "seed_task_1", "name": "antonyms", "instruction": "Opposite?",
            "instances": [{"input": "hot", "output": "cold"}], "is_classification": False,
        },
        Instruction(instruction="Opposite?", input="hot", output="cold", task="generation"),
    ),
    "p3": (
        {
            "inputs": [3, 4], "inputs_pretokenized": "Is it so? Yes or no?", "targets": [5],
            "targets_pretokenized": "\nYes", "answer_choices": ["Yes", "No"],
        },
        Instruction(instruction="Is it so? Yes or no?", output="Yes"),
    ),
    "flan": (
        {"inputs": "Say it.", "targets": "It.", "task_name": "saying", "template_type": "zs_opt"},
        Instruction(instruction="Say it.", output="It.", task="saying"),
    ),
    "pairs": (
        {"prompt": "Say it.", "completion": " It."},
        Instruction(instruction="Say it.", output="It."),
    ),
    "mt-bench": (
        {"question_id": 81, "category": "writing", "turns": ["Write.", "Again."]},
        Instruction(instruction="Write.", task="writing"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ROWS)
def test_a_row_of_each_format_is_recognised_and_read(load, name):
    row, expected = ROWS[name]
    documents = load(row)
    assert only(documents) == [expected]
    assert documents[0].metadata["format"] == name
    assert format_of(shape_of(row)) == name
    assert only(load(row, format=name)) == [expected]


def test_the_format_is_said(load, context, tmp_path):
    said = []

    class Display:
        def message(self, text):
            said.append(text)

    object.__setattr__(context, "progress_display", Display())
    load(*[ROWS["dolly"][0]] * 2)
    assert said == ["set.jsonl: recognised as `dolly`"]


def test_fields_of_no_format_are_kept_as_metadata(load):
    row, _ = ROWS["dolly"]
    (document,) = load({**row, "url": "u", "license": "CC0-1.0", "language": "en"})
    assert document.metadata["url"] == "u"
    assert document.metadata["category"] == "closed_qa"
    assert (document.licence, document.language) == ("CC0-1.0", "en")
    (document,) = load({**row, "license": "CC0-1.0"}, licence="MIT", language="ko")
    assert (document.licence, document.language) == ("MIT", "ko")


@pytest.mark.parametrize("placeholder", ["<noinput>", "<NoInput>", "No input", "No input.", None])
def test_an_input_that_says_there_is_none_is_none(load, placeholder):
    row = {"instruction": "Go.", "input": placeholder, "output": "Gone."}
    assert only(load(row)) == [Instruction(instruction="Go.", output="Gone.")]


def test_the_history_of_an_alpaca_row_is_a_conversation(load):
    row = {
        "instruction": "And 2+2?", "input": "", "output": "4", "system": "Count.",
        "history": [["1+1?", "2"]],
    }  # fmt: skip
    first, second = only(load(row))
    assert first == Instruction(instruction="1+1?", output="2", system="Count.")
    history = (Turn("user", "1+1?"), Turn("assistant", "2"))
    assert second == Instruction(
        instruction="And 2+2?", output="4", system="Count.", history=history
    )


@pytest.mark.parametrize(
    "row",
    [
        {"id": "a", "conversations": [{"from": f, "value": v} for f, v in TURNS]},
        {"conversations": [{"role": {"human": "user"}.get(f, "assistant"), "content": v}
                           for f, v in TURNS]},
        {"items": [{"from": f, "value": v} for f, v in TURNS]},
        {"messages": [{"role": {"human": "user"}.get(f, "assistant"), "content": v}
                      for f, v in TURNS]},
        {"messages": [{"role": {"human": "user"}.get(f, "assistant"),
                       "content": [{"type": "text", "text": v}]} for f, v in TURNS]},
    ],
)  # fmt: skip
def test_conversations_give_each_answer_with_its_history_or_one(load, row):
    documents = load(row)
    first, second = only(documents)
    assert first == Instruction(instruction="Hi", output="Hello.")
    assert second.history == (Turn("user", "Hi"), Turn("assistant", "Hello."))
    assert (second.instruction, second.output) == ("Bye", "Goodbye.")
    assert only(documents, "first") == [first]
    assert only(documents, "last") == [second]


def test_a_system_message_goes_with_every_turn_and_weight_0_is_context_only(load):
    messages = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": "Hm.", "weight": 0},
        {"role": "user", "content": "Well?"},
        {"role": "assistant", "content": "Hello.", "weight": 1},
    ]
    (one,) = only(load({"messages": messages}))
    assert (one.instruction, one.output, one.system) == ("Well?", "Hello.", "Be brief.")
    assert one.history == (Turn("user", "Hi"), Turn("assistant", "Hm."))


def test_what_no_question_or_no_answer_stands_by_is_left_out_and_listed(load, rejects):
    turns = [("gpt", "Well"), *TURNS, ("human", "Still there?")]
    made = only(load({"conversations": [{"from": f, "value": v} for f, v in turns]}))
    assert [one.output for one in made] == ["Hello.", "Goodbye."]
    assert [reject.reason for reject in rejects] == [
        "in part: an answer that no question stands before",
        "in part: a last question without an answer",
    ]


@pytest.mark.parametrize(
    ("messages", "message"),
    [
        ([("user", "a"), ("user", "b")], "messages 1 and 2 are both by the user"),
        ([("user", "a"), ("assistant", "b"), ("assistant", "c")], "messages 2 and 3 are both by"),
        ([("user", "a"), ("system", "b")], "a system message stands in the middle"),
        ([("user", "a"), ("assistant", " ")], r"message 2 \(by the assistant\) is empty"),
        ([("assistant", "a")], "the conversation has no question"),
        ([], "the conversation has no question"),
        ([("robot", "a")], r"field `messages\[0\].role`: expected one of human, .*; found 'robot'"),
        ([("tool", "a")], r"field `messages\[0\].role`: tool calls cannot be learnt from"),
        ([("user", [{"type": "image_url"}])], "expected parts of type `text`"),
        ([("user", 3)], r"field `messages\[0\].content`: .* found the number 3"),
    ],
)
def test_a_conversation_that_cannot_be_learnt_from_is_refused_with_its_place(
    load, messages, message
):
    row = {"messages": [{"role": role, "content": content} for role, content in messages]}
    with pytest.raises(DataError, match=r"set.jsonl:1: .*" + message):
        load(row)


def test_a_task_of_natural_instructions_is_one_document_an_instance(read):
    first, second = read(InstructionSet, json.dumps(TASK, indent=1), "task9_sums.json")
    (one,) = instructions_of(first)
    assert one == Instruction(
        instruction="Answer the\nquestion.", input="3+3", output="6", task="task9_sums",
        alternatives=("six",),
    )  # fmt: skip
    assert (first.language, first.licence, first.metadata["instance"]) == (
        "ko", "Apache 2.0", "task9-a",
    )  # fmt: skip
    assert next(instructions_of(second)).output == "8"


def test_positive_examples_follow_the_definition_as_in_tk_instruct(read):
    (one, _) = read(InstructionSet, json.dumps(TASK), "task9_sums.json", positive_examples=1)
    (made,) = instructions_of(one)
    assert made.instruction == (
        "Answer the\nquestion.\n\nPositive Example 1 -\nInput: 1+1\nOutput: 2"
    )


def test_the_first_version_of_natural_instructions_says_what_to_avoid(read):
    task = {
        "Title": "Sums", "Definition": "Add.", "Things to Avoid": "Do not subtract.",
        "Emphasis & Caution": "-", "Prompt": "Add the numbers.",
        "Examples": {"Positive Examples": [{"input": "1+1", "output": "2", "reason": "a sum"}],
                     "Negative Examples": []},
        "Instances": [{"input": "2+2", "output": ["4"]}],
    }  # fmt: skip
    (document,) = read(InstructionSet, json.dumps(task), "subtask1.json", positive_examples=1)
    (made,) = instructions_of(document)
    assert made.instruction.split("\n\n") == [
        "Add.",
        "Things to Avoid: Do not subtract.",
        "Positive Example 1 -\nInput: 1+1\nOutput: 2",
    ]


def test_a_task_that_says_it_has_no_examples_is_read(read):
    task = {**TASK, "Examples": {"Positive Examples": "-", "Negative Examples": "-"}}
    del task["Positive Examples"]
    documents = read(InstructionSet, json.dumps(task), "t.json", positive_examples=2)
    assert "Positive Example" not in next(instructions_of(documents[0])).instruction


def test_one_bad_instance_is_named_and_the_rest_of_the_task_is_read(read, rejects):
    broken = {**TASK, "Instances": [{"input": "", "output": ["1"]}, *TASK["Instances"]]}
    with pytest.raises(DataError, match=r"t.json:1 \(Instances\[0\]\): field `Instances.input` is"):
        read(InstructionSet, json.dumps(broken), "t.json")
    assert len(read(InstructionSet, json.dumps(broken), "t.json", on_error="skip")) == 2
    assert [reject.where for reject in rejects] == ["t.json:1 (Instances[0])"]


def test_a_folder_of_tasks_is_read_in_order_and_can_be_grouped_by_task(tmp_path, context):
    for number in (2, 1):
        (tmp_path / f"task{number}.json").write_text(json.dumps(TASK), encoding="utf-8")
    config = InstructionSet.config_model(path=tmp_path, group_by="task")
    documents = list(InstructionSet(config).documents(context))
    assert [d.metadata["split_group"] for d in documents] == ["task1", "task1", "task2", "task2"]
    assert documents[0].origin == "task1.json:1"
    config = InstructionSet.config_model(path=tmp_path, files="task2*")
    assert len(list(InstructionSet(config).documents(context))) == 2


def test_a_field_to_group_by_that_no_row_has_is_a_mistake(load):
    with pytest.raises(DataError, match="`group_by` names the field `topic`, which no row has"):
        load(ROWS["dolly"][0], group_by="topic")


def test_wrong_choices_of_p3_are_listed_and_not_learnt(load, rejects):
    row, _ = ROWS["p3"]
    (document,) = load({**row, "is_correct": False}, {**row, "is_correct": True})
    assert document.origin == "set.jsonl:2"
    assert [reject.reason for reject in rejects] == [
        "a wrong answer choice (`is_correct` is false)"
    ]
    assert "inputs" not in document.metadata  # the token ids
    assert document.metadata["answer_choices"] == ["Yes", "No"]


@pytest.mark.parametrize(
    ("row", "others"),
    [
        ({"input": "Is it so?", "choices": ["yes", "no"], "targets": "yes"}, ()),
        ({"input": "Is it so?", "answer_choices": "yes ||| no", "targets": ["yes"]}, ()),
        ({"inputs_pretokenized": "Is it so?", "targets_pretokenized": ["yes", "aye"]}, ("aye",)),
        ({"inputs": "Is it so?", "targets": ["yes", "aye"]}, ("aye",)),
    ],
)
def test_choices_and_targets_are_read_however_p3_and_flan_write_them(load, row, others):
    (document,) = load(row)
    assert list(instructions_of(document)) == [
        Instruction(instruction="Is it so?", output="yes", alternatives=others)
    ]
    if "input" in row:
        assert document.metadata["answer_choices"] == ["yes", "no"]


def test_answers_to_mt_bench_stand_in_their_own_file(load, tmp_path):
    answers = tmp_path / "answers.jsonl"
    answer = {"question_id": 81, "model_id": "m", "choices": [{"index": 0, "turns": ["A.", "B."]}]}
    answers.write_text(json.dumps(answer) + "\n")
    made = only(load(ROWS["mt-bench"][0], reference_answers=answers))
    assert [(one.instruction, one.output) for one in made] == [("Write.", "A."), ("Again.", "B.")]
    answers.write_text('{"question": 81}\n')
    with pytest.raises(DataError, match=r"answers.jsonl:1: expected an answer of FastChat's"):
        load(ROWS["mt-bench"][0], reference_answers=answers)


def test_a_file_of_no_known_format_is_refused_with_what_there_is_and_what_is_known(load):
    with pytest.raises(DataError) as refused:
        load({"abstract": "a", "year": 2001, "agency": None})
    message = str(refused.value)
    assert "set.jsonl:1: the format is not recognised; found `abstract` ('a'), " in message
    assert "`year` (the number 2001), `agency` (null)" in message
    assert all(f"  {name}: " in message for name in FORMATS)


def test_a_file_of_another_format_is_refused_and_its_own_is_named(load):
    row = {"conversations": [{"from": "human", "value": "a"}]}
    with pytest.raises(DataError) as refused:
        load(row, format="alpaca")
    assert str(refused.value).endswith(
        "set.jsonl:1: no row of `alpaca`: expected `instruction`, `output`, optional `input`, "
        "`system`, `history`; found `conversations` (a list), which is the shape of `sharegpt`; "
        "correct it, or set `on_error: skip` to leave such rows out"
    )


def test_a_row_of_another_format_in_the_middle_is_a_bad_row(load, rejects):
    rows = ROWS["alpaca"][0], ROWS["flan"][0], ROWS["alpaca"][0]
    assert len(load(*rows, on_error="skip")) == 2
    (reject,) = rejects
    assert reject.where == "set.jsonl:2"
    assert "found `inputs` ('Say it.'), `targets` ('It.')" in reject.reason


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"output": 3}, "field `output`: input should be a valid string; found the number 3"),
        ({"instruction": " "}, "field `instruction` is empty"),
        ({"history": [["a"]]}, r"field `history\[0\]`: list should have at least 2 items"),
        ({"instruction": "a\x00"}, "its text contains a NUL character"),
    ],
)
def test_a_field_that_is_wrong_is_named_with_what_was_found(load, change, message):
    with pytest.raises(DataError, match=message):
        load({**ROWS["alpaca"][0], **change})


def test_a_setting_of_another_format_is_a_mistake_before_or_after_recognition(load, tmp_path):
    with pytest.raises(ValueError, match="`labels` is a setting of classification, not of alpaca"):
        InstructionSet.config_model(path=tmp_path, format="alpaca", labels=["a"])
    with pytest.raises(
        DataError, match=r"recognised as `alpaca`; `positive_examples` is a setting"
    ):
        load(ROWS["alpaca"][0], positive_examples=2)


@pytest.mark.parametrize("name", ["set.json", "set.jsonl", "set.csv", "set.tsv", "set.parquet"])
def test_the_form_of_the_file_makes_no_difference(read, name, tmp_path):
    rows = [{"instruction": f"Say {n}.", "input": "", "output": f"{n}\n{n}"} for n in range(3)]
    documents = read(InstructionSet, as_file(rows, name, tmp_path), name)
    assert [next(instructions_of(d)).output for d in documents] == ["0\n0", "1\n1", "2\n2"]


def as_file(rows, name, folder: Path) -> str | bytes:
    form = name.rpartition(".")[2]
    if form == "json":
        return json.dumps({"info": "x", "data": rows}, indent=1)
    if form == "jsonl":
        return "\n".join(map(json.dumps, rows))
    if form == "parquet":
        import pyarrow as pa
        import pyarrow.parquet as pq

        pq.write_table(pa.Table.from_pylist(rows), folder / "made.parquet")
        return (folder / "made.parquet").read_bytes()
    mark = "\t" if form == "tsv" else ","
    lines = [mark.join(f'"{row[key]}"' for key in rows[0]) for row in rows]
    return "\n".join([mark.join(rows[0]), *lines]) + "\n"


texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1).filter(
    str.strip
)


@given(turns=st.lists(st.tuples(texts, texts), min_size=1, max_size=5), system=texts | st.none())
def test_every_answer_of_a_conversation_comes_once_with_all_that_was_said_before(turns, system):
    from byeori import Document
    from byeori_plugins.sources.instructions.shape import Options

    messages = [] if system is None else [{"role": "system", "content": system}]
    for asked, answered in turns:
        messages += [{"role": "user", "content": asked}, {"role": "assistant", "content": answered}]
    (shape,) = FORMATS["chat"]
    content = shape.read({"messages": messages}).content(Options())
    made = list(instructions_of(Document(text="x", metadata=content.metadata)))
    assert [(one.instruction, one.output) for one in made] == [
        (asked.strip(), answered.strip()) for asked, answered in turns
    ]
    for number, one in enumerate(made):
        said = [turn.content for turn in one.history]
        assert said == [text.strip() for pair in turns[:number] for text in pair]
        assert one.system == (system or "").strip()


def test_a_data_set_of_hugging_face_is_read_as_a_file_is(tmp_path, context):
    from datasets import Dataset, DatasetDict

    row, expected = ROWS["p3"]
    DatasetDict({"train": Dataset.from_list([row])}).save_to_disk(tmp_path / "saved")
    config = InstructionSet.config_model(data_set={"folder": tmp_path / "saved"})
    (document,) = InstructionSet(config).documents(context)
    assert list(instructions_of(document)) == [expected]
    assert document.origin == "saved[train]:1"
    with pytest.raises(ValueError, match="give either `path` or `data_set`"):
        InstructionSet.config_model()
