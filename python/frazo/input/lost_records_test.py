from frazo.input.lost_records import NOTHING_LOST, LostRecords, all_lost, lost_records_of
from frazo.pipeline import Pipeline

CONFIG = """
    source { files { files { patterns: "FOLDER/rows" format: "text" } epochs: 1 } }
    processor {
      raw { name: "n" }
      steps { parse_numbers { field: "n" type: INT32 } }
      steps { filter_by_length { field: "n" min_length: 1 } }
      steps { truncate { field: "n" length: 4 } }
      max_bad_records: 1
    }
    batcher { buckets { length_of: "n" bounds: 3 tokens: 6 } }
"""


def test_the_numbers_of_a_log_line():
    lost = LostRecords(1500, {"bad": 3, "too_long": 1200})
    assert lost
    assert str(lost) == "3 bad, 1,200 too long of 1,500 records"
    assert lost.as_json() == {"records": 1500, "bad": 3, "too_long": 1200}
    assert LostRecords.from_json(lost.as_json()) == lost
    assert lost.scalars() == {"lost/bad": 3.0, "lost/too_long": 1200.0}


def test_the_kinds_that_leave_no_example():
    assert LostRecords(9, {"bad": 3, "too_long": 1, "truncated": 2}).left_out() == "bad or too long"


def test_losses_of_several_inputs_are_added():
    one = LostRecords(10, {"bad": 3, "empty": 1}, ("first",))
    other = LostRecords(5, {"too_long": 2, "bad": 1}, ("second",))
    assert all_lost([one, other]) == LostRecords(
        15, {"bad": 4, "empty": 1, "too_long": 2}, ("first", "second")
    )
    assert all_lost([one]) == one
    assert not all_lost([])


def test_without_losses_nothing_is_told():
    assert not NOTHING_LOST
    assert not LostRecords(7, {})
    assert str(LostRecords(7, {})) == "nothing of 7 records"
    assert NOTHING_LOST.scalars() == {}


def test_counts_what_a_pipeline_lost(tmp_path):
    # A bad one, an empty one, and two of 4 and 5 numbers, over the bound 3; the last is cut to 4.
    (tmp_path / "rows").write_text("1\n1 2\nx\n\n1 2 3 4\n1 2 3 4 5\n")
    pipeline = Pipeline(CONFIG.replace("FOLDER", str(tmp_path)))
    assert sum(len(batch["n"]) for batch in pipeline) == 2
    lost = lost_records_of(pipeline.counters)
    assert lost.as_json() == {
        "records": 6,
        "bad": 1,
        "filtered": 1,
        "too_long": 2,
        "truncated": 1,
    }
    assert len(lost.samples) == 1
    assert "rows': record 2 at byte 6: " in lost.samples[0]


def test_damage_is_told_with_its_place():
    counters = {
        "records": 6,
        "bad_records": 0,
        "filtered": {},
        "too_long": 0,
        "empty": 0,
        "truncated": 0,
        "dropped_at_end": 0,
        "damaged_records": 1,
        "damaged_files": 1,
        "invalid_utf8": 0,
        "first_damage": "'a': record 3 at byte 99: damaged",
        "bad_record_samples": [],
    }
    lost = lost_records_of(counters)
    assert str(lost) == "1 damaged, 1 damaged files of 6 records"
    assert lost.samples == ("'a': record 3 at byte 99: damaged",)
