import json
from collections import Counter

from byeori_nasa.awards import Awards


def test_all_real_records_are_read_and_none_is_refused(shared_data, context, rejects):
    # Counted by a separate script: 1,629 rows, all NASA, SBIR, Phase II, 2001-2011; titles,
    # abstracts and links all different also without case and white space; shortest abstract 323.
    path = shared_data("nasa_sbir", "awards_2001_2011.jsonl")
    documents = list(Awards(Awards.config_model(path=path)).documents(context))
    assert len(documents) == 1629
    assert not rejects
    assert Counter(d.metadata["year"] for d in documents)[2002] == 272
    assert not any("research_institution" in d.metadata for d in documents)  # 211 say "Stub"
    assert all(d.title == " ".join(d.title.split()) and "&amp;" not in d.text for d in documents)


def test_damage_done_to_real_records_is_found_record_by_record(shared_data, read, rejects):
    path = shared_data("nasa_sbir", "awards_2001_2011.jsonl")
    records = [json.loads(line) for line in path.read_bytes().split(b"\n") if line]
    records[10]["abstract"] = " "
    records[20]["agency"] = None
    records[30]["phase"] = "Phase 0"
    records[40]["program"] = "STTR"  # its institution is null
    records[50]["year"] = 20011
    records.append({**records[0], "title": records[0]["title"].upper()})
    records.append({**records[60], "link": None, "title": "Another title"})
    documents = read("\n".join(map(json.dumps, records)), "damaged.jsonl")
    assert len(documents) == 1624
    assert [(r.where.split(":")[1], r.reason) for r in rejects] == [
        ("11", "abstract is empty"),
        ("21", "no agency is given"),
        ("31", "phase is not I, II or III"),
        ("41", "STTR award without a research institution"),
        ("51", "year is not a number of four digits"),
        ("1630", "same title, abstract and phase twice"),
        ("1631", "same abstract as an earlier award of another title or phase"),
    ]
