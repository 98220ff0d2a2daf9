"""The KULLM paper and the survey of Korean instruction tuning: their tables beside ours."""

from byeori.reproduction import Paper
from byeori_korean.papers import kullm, survey

KULLM = Paper(
    name="kullm",
    title="KULLM: Learning to Construct Korean Instruction-following Large Language Models",
    authors=("Seungjun Lee", "Taemin Lee", "Jeongwoo Lee", "Yoonna Jang", "Heuiseok Lim"),
    year=2023,
    experiments=(
        kullm.CLEANING,
        kullm.PROMPT,
        kullm.SETTINGS,
        kullm.DECODING,
        kullm.TABLE_1,
        kullm.FIGURE_1,
    ),
)

SURVEY = Paper(
    name="survey",
    title="한국어를 위한 지시어 튜닝 조사 연구: 거대 언어 모델 학습 및 적용",
    authors=("이승준", "이정우", "장윤나", "이태민", "임희석"),
    experiments=(
        survey.KOAT,
        survey.KORANI,
        survey.LLAMA_2_KO,
        survey.ADAPTER,
        survey.SETTINGS,
        survey.PROMPT,
        survey.TABLE_1,
    ),
)
"""Of the Human-Inspired AI institute and the computer science department of Korea University; its
text names neither journal nor year."""

PAPERS = (KULLM, SURVEY)
