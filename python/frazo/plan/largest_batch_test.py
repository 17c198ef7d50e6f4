import pytest
import tensorflow as tf
from frazo.input.input import Input
from frazo.input.share import WHOLE, Share
from frazo.plan.largest_batch import largest_batch
from frazo.proto import pipeline_pb2
from google.protobuf import text_format

_UNKNOWN = {
    "source": tf.TensorSpec([None, None], tf.int32),
    "source_length": tf.TensorSpec([None], tf.int32),
    "frames": tf.TensorSpec([None, None, 80], tf.float32),
}


class Given(Input):
    def __init__(self, batcher, spec, share=WHOLE):
        message = pipeline_pb2.Pipeline()
        text_format.Parse(f"batcher {{ {batcher} }}", message)
        super().__init__(message, seed=1, share=share)
        self.element_spec = spec


def shapes(source):
    return {name: tuple(spec.shape) for name, spec in largest_batch(source).items()}


def test_known_shapes_stay():
    spec = {"image": tf.TensorSpec([8, 28, 28, 1])}
    assert largest_batch(Given("fixed { batch_size: 8 }", spec)) == spec


def test_the_bucket_with_most_tokens_counts():
    # 12 x 5 = 60, 7 x 10 = 70, 3 x 20 = 60 tokens.
    buckets = 'length_of: "source" bounds: [5, 10, 20] limits { examples: [12, 7, 3] }'
    assert shapes(Given(f"buckets {{ {buckets} }}", _UNKNOWN)) == {
        "source": (7, 10),
        "source_length": (7,),
        "frames": (7, 10, 80),
    }


def test_of_equal_buckets_the_longest_counts():
    buckets = 'length_of: "source" bounds: [5, 10, 20] tokens: 100'
    assert shapes(Given(f"buckets {{ {buckets} }}", _UNKNOWN))["source"] == (5, 20)
    # Half of the tokens: 50 // 20 = 2 rows of 20 are fewer than 5 of 10 and 10 of 5.
    half = Given(f"buckets {{ {buckets} }}", _UNKNOWN, Share(0, 2))
    assert shapes(half)["source"] == (5, 10)


def test_one_limit_holds_for_all_buckets():
    buckets = 'length_of: "source" bounds: [5, 10] limits { examples: 4 }'
    assert shapes(Given(f"buckets {{ {buckets} }}", _UNKNOWN))["source"] == (4, 10)


def test_packed_rows_have_their_length():
    spec = {"tokens": tf.TensorSpec([None, 64], tf.int32)}
    packing = 'packing { streams { feature: "tokens" length: 64 } rows: 6 }'
    assert shapes(Given(packing, spec, Share(1, 2)))["tokens"] == (3, 64)


def test_unbounded_lengths_are_an_error():
    with pytest.raises(
        ValueError, match="have 8 examples, but nothing limits the length of 'source'"
    ):
        largest_batch(Given("fixed { batch_size: 8 }", _UNKNOWN))


def test_inputs_that_do_not_say_are_an_error():
    source = Given("", _UNKNOWN)
    source.message = None
    with pytest.raises(ValueError, match="the shape of source is not known before it is read"):
        largest_batch(source)
