import pytest
from frazo.input.one_pass import one_pass
from frazo.proto import image_input_pb2, pipeline_pb2
from google.protobuf import text_format


def test_an_image_input_is_not_shuffled():
    message = image_input_pb2.ImageInput(batch_size=3, shuffle=True)
    assert one_pass(message) == image_input_pb2.ImageInput(batch_size=3)
    assert message.shuffle, "the message itself stays"


@pytest.mark.parametrize(
    ("training", "once"),
    [
        (
            'source { files { files { patterns: "a" } shuffle { lanes: 2 } } } seed: 7'
            " batcher { fixed { batch_size: 2 drop_remainder: true } }",
            'source { files { files { patterns: "a" } epochs: 1 } } seed: 7'
            " batcher { fixed { batch_size: 2 } }",
        ),
        (
            "source { mixture { parts { source { epochs: 3 } weight: 2 } parts { source { shuffle {} } }"
            " at_end: STOP } } batcher { packing { rows: 2 drop_remainder: true } }",
            "source { mixture { parts { source { epochs: 1 } weight: 2 } parts { source { epochs: 1 } }"
            " at_end: DROP } } batcher { packing { rows: 2 } }",
        ),
    ],
)
def test_a_pipeline_reads_each_file_once(training, once):
    message = text_format.Parse(training, pipeline_pb2.Pipeline())
    assert one_pass(message) == text_format.Parse(once, pipeline_pb2.Pipeline())
    assert message == text_format.Parse(training, pipeline_pb2.Pipeline())


def test_any_other_message_is_copied():
    message = image_input_pb2.ImageRecords(files=["a"])
    assert one_pass(message) == message
    assert one_pass(message) is not message
