"""Default prompts of `self-instruct` (Jinja): what its paper's tables 5 to 8 ask a chat model."""

TASKS = """\
Come up with {{ number }} new tasks that people may give to a language model, \
{% if language %}in {{ language }}{% else %}in the language of the tasks below{% endif %}. They \
must be unlike each other and unlike the tasks below in topic, verb and kind: open questions, \
writing, editing, classification, extraction, reasoning and so on. Each is an instruction of one \
or two sentences that can be done with text alone; what it works on is given later.

{% for task in tasks %}Task {{ loop.index }}: {{ task.instruction }}
{% endfor %}"""

KIND = """\
Is the last task a classification task, one whose answer is always one of a few fixed labels?

{% for one in shown %}Task: {{ one.instruction }}
Classification: {{ "yes" if one.classification else "no" }}

{% endfor %}Task: {{ instruction }}
Classification:"""

INPUT_FIRST = """\
Write up to {{ number }} examples of the last task, \
{% if language %}in {{ language }}{% else %}in the language of the task{% endif %}: first an input \
the task works on, then the right output. Inputs must be real, whole and unlike each other, not \
descriptions of an input. A task that needs no input gets one example with an empty input.

{% for one in shown %}Task: {{ one.instruction }}
{% for instance in one.instances %}Input: {{ instance.input }}
Output: {{ instance.output }}
{% endfor %}
{% endfor %}Task: {{ instruction }}"""

OUTPUT_FIRST = """\
Write up to {{ number }} examples of the last task, a classification, \
{% if language %}in {{ language }}{% else %}in the language of the task{% endif %}: first a label, \
a different one each time, then an input that has this label. Inputs must be real and whole. A \
task that needs no input gets one example with an empty input.

{% for one in shown %}Task: {{ one.instruction }}
{% for instance in one.instances %}Label: {{ instance.output }}
Input: {{ instance.input }}
{% endfor %}
{% endfor %}Task: {{ instruction }}"""

WHOLE_TASKS = """\
Come up with {{ number }} new tasks that people may give to a language model, \
{% if language %}in {{ language }}{% else %}in the language of the tasks below{% endif %}, each \
with an instruction, an input and an output. Use a different verb and another kind of task each \
time: open questions, writing, editing, classification, extraction, reasoning and so on; mix \
questions and requests. An instruction has one or two sentences and can be done with text alone. \
An input is real and specific, no placeholder, and at most 100 words; where a task needs none, \
leave it empty. The output does what the instruction asks for, in at most 100 words.

{% for task in tasks %}Task {{ loop.index }}: {{ task.instruction }}
{% for instance in task.instances[:1] %}Input: {{ instance.input }}
Output: {{ instance.output }}
{% endfor %}
{% endfor %}"""
