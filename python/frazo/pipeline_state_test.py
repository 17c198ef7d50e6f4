"""States that earlier versions saved are still read."""

import pathlib

from google.protobuf import text_format

import frazo
from frazo import _core
from frazo.proto import pipeline_state_pb2

GOLDEN = pathlib.Path(__file__).with_name("golden") / "pipeline_state.textproto"


def test_a_state_of_an_earlier_version_goes_on_with_the_next_batch(tmp_path):
    for file in range(2):
        with _core.RecordWriter(tmp_path / f"numbers-{file}") as writer:
            for number in range(6):
                value = b"%d" % (10 * number + file)
                writer.write(b" ".join([value] * (1 + number % 4)))
    config = f"""
        source {{
          files {{
            files {{ patterns: "{tmp_path}/numbers-*" }}
            epochs: 2
            shuffle {{ buffer_records: 3 }}
          }}
        }}
        processor {{
          raw {{ name: "numbers" }}
          steps {{ parse_numbers {{ field: "numbers" type: INT32 }} }}
        }}
        batcher {{ buckets {{ length_of: "numbers" bounds: 2 bounds: 8 tokens: 16 }} }}
    """
    state = text_format.Parse(GOLDEN.read_text(), pipeline_state_pb2.PipelineState())
    resumed = frazo.Pipeline(config)
    resumed.restore(state.SerializeToString())
    # An epoch has eight records of up to 2 numbers and four of up to 8. Of 16 tokens, a batch holds
    # eight of the first or two of the second: three batches. The state is that after the fourth.
    uninterrupted = [batch["numbers"].tolist() for batch in frazo.Pipeline(config)]
    assert len(uninterrupted) == 6
    assert [batch["numbers"].tolist() for batch in resumed] == uninterrupted[4:]
