"""Pages about elements, with an annotation for each kind of task."""

from collections.abc import Iterator
from typing import Any

from byeori_plugins.generators import with_particle
from byeori_science.shipped.tables import Row, elements


def pages() -> Iterator[dict[str, Any]]:
    """A page in each language about each element that is not kept for exams."""
    for row in elements()[0]:
        for language, annotated in (("en", _english(row)), ("ko", _korean(row))):
            yield {"language": language, "split_group": row["name_en"], **annotated}


def _english(row: Row) -> dict[str, Any]:
    name, symbol, number = row["name_en"], row["symbol"], row["atomic_number"]
    period, category = row["period"], row["category_en"]
    group = f" and group {row['group']}" if row["group"] else ""
    article = "an" if category[0] in "aeiou" else "a"
    return {
        "title": name.capitalize(),
        "text": f"{name.capitalize()} is a chemical element with the symbol {symbol} and atomic "
        f"number {number}. It stands in period {period}{group} of the periodic table. Chemists "
        f"classify it as {category}. At room temperature it is a {row['state_en']}. In Korean it "
        f"is called {row['name_ko']}.",
        "summary": f"{name.capitalize()} ({symbol}) is {article} {category} in period {period}.",
        "concept": name,
        "explanation": f"{name.capitalize()} is {article} {category}. Its symbol is {symbol} and "
        f"its atomic number is {number}. It is in period {period}.",
        "questions": [
            {"question": f"What is the chemical symbol of {name}?", "answer": symbol},
            {"question": f"What is the atomic number of {name}?", "answer": number},
            {"question": f"In which period is {name}?", "answer": period},
            {"question": f"What kind of element is {name}?", "answer": category},
        ],
        "problem": f"How large is the charge of the nucleus of {name}, in elementary charges e?",
        "solution": [
            f"The atomic number of {name} is {number}.",
            f"Each proton has the charge 1 e.\n{number} × 1 e = {number} e",
        ],
        "answer": int(number),
        "unit": "e",
    }


def _korean(row: Row) -> dict[str, Any]:
    name, symbol, number = row["name_ko"], row["symbol"], row["atomic_number"]
    period, category = row["period"], row["category_ko"]
    group = f" {row['group']}족" if row["group"] else ""
    about = with_particle(name, "은/는")
    return {
        "title": name,
        "text": f"{about} 원소 기호가 {symbol}, 원자 번호가 {number}인 화학 원소이다. 주기율표의 "
        f"{period}주기{group}에 있다. {with_particle(category, '으로/로')} 분류된다. 상온에서 "
        f"{row['state_ko']}이다. 영어 이름은 {row['name_en']}이다.",
        "summary": f"{name}({symbol}){with_particle(name, '은/는')[len(name) :]} {period}주기의 "
        f"{category}이다.",
        "concept": name,
        "explanation": f"{about} {category}이다. 원소 기호는 {symbol}이고 원자 번호는 "
        f"{number}이다. {period}주기에 있다.",
        "questions": [
            {"question": f"{name}의 원소 기호는 무엇인가요?", "answer": symbol},
            {"question": f"{name}의 원자 번호는 무엇인가요?", "answer": number},
            {"question": f"{with_particle(name, '은/는')} 몇 주기에 있나요?", "answer": period},
            {
                "question": f"{with_particle(name, '은/는')} 어떤 종류의 원소인가요?",
                "answer": category,
            },
        ],
        "problem": f"{name} 원자핵의 전하량은 기본 전하 e의 단위로 얼마인가?",
        "solution": [
            f"{name}의 원자 번호는 {number}이다.",
            f"양성자 하나의 전하량은 1 e이다.\n{number} × 1 e = {number} e",
        ],
        "answer": int(number),
        "unit": "e",
    }
