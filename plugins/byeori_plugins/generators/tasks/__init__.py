"""Tasks over a text that a model does once, so that a smaller one learns to: the tasks of the
chemistry paper (Table 1 to 5), for any domain."""

from byeori_plugins.generators.tasks.exam_questions import ExamQuestions
from byeori_plugins.generators.tasks.property_extraction import PropertyExtraction
from byeori_plugins.generators.tasks.question_extraction import QuestionExtraction
from byeori_plugins.generators.tasks.summary import Summary
from byeori_plugins.generators.tasks.summary_extraction import SummaryExtraction

TASKS = (Summary, SummaryExtraction, QuestionExtraction, PropertyExtraction, ExamQuestions)
