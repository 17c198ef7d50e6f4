import itertools

import pytest
import tensorflow as tf
from frazo import _core
from frazo.input import pipeline_input  # noqa: F401  (binds itself to its message)
from frazo.input.iterator_position import restore_position, save_position
from frazo.input.share import WHOLE, Share
from frazo.proto import input_pb2
from frazo.registry import build
from google.protobuf import text_format


@pytest.fixture
def folder(tmp_path):
    for file in range(2):
        with _core.RecordWriter(tmp_path / f"number-{file}") as writer:
            for number in range(file * 20, file * 20 + 20):
                writer.write(b"%d" % number)
    return tmp_path


def make(folder, text="", seed=1, files="number-*", share=WHOLE, epochs=""):
    message = f"""
        pipeline {{
          source {{ files {{ files {{ patterns: "{folder}/{files}" }} shuffle {{}} {epochs} }} }}
          processor {{
            raw {{ name: "number" }}
            steps {{ parse_numbers {{ field: "number" type: INT32 }} }}
          }}
          batcher {{ fixed {{ batch_size: 8 drop_remainder: {"false" if epochs else "true"} }} }}
          {text}
        }}
    """
    return build(text_format.Parse(message, input_pb2.Input()), seed=seed, share=share)


def numbers(iterator, count):
    return [next(iterator)["number"].numpy()[:, 0].tolist() for _ in range(count)]


def test_batches_are_as_the_spec_says(folder):
    source = make(folder)
    assert source.element_spec == {
        "number": tf.TensorSpec([8, None], tf.int32),
        "number_length": tf.TensorSpec([8], tf.int32),
    }
    assert source.dataset().element_spec == source.element_spec
    assert source.num_examples is None


def test_the_order_is_a_function_of_the_seed(folder):
    first, again, other = (
        numbers(iter(make(folder, seed=seed).dataset()), 10) for seed in (1, 1, 2)
    )
    assert first == again != other
    assert sorted(itertools.chain(*first[:5])) == list(range(40))


def test_shares_are_disjoint_and_together_the_whole(folder):
    # 20 of the 40 records are an epoch, and a share of a batch of 8 is 4.
    read = [
        set(itertools.chain(*numbers(iter(make(folder, share=Share(replica, 2)).dataset()), 5)))
        for replica in range(2)
    ]
    assert not read[0] & read[1]
    assert read[0] | read[1] == set(range(40))


def test_a_share_beside_a_replica_of_the_message_s_own_is_an_error(folder):
    assert make(folder, "replicas: 2 replica: 1").element_spec
    with pytest.raises(ValueError, match=r"pipeline\.replicas is 2, but the run has 3 processes"):
        make(folder, "replicas: 2 replica: 1", share=Share(0, 3))


def test_a_seed_of_its_own_comes_before_the_experiment_s(folder):
    own = numbers(iter(make(folder, "seed: 2", seed=1).dataset()), 10)
    assert own == numbers(iter(make(folder, seed=2).dataset()), 10)


def test_a_saved_iterator_goes_on_exactly(folder):
    expected = numbers(iter(make(folder).dataset()), 12)
    iterator = iter(make(folder).dataset())
    numbers(iterator, 7)
    path = tf.train.Checkpoint(iterator=iterator).write(str(folder / "state"))
    restored = iter(make(folder).dataset())
    numbers(restored, 1)
    tf.train.Checkpoint(iterator=restored).read(path).assert_consumed()
    assert numbers(restored, 5) == expected[7:]


def test_numbers_tell_the_order_of_the_file(folder):
    (folder / "rows").write_text("1 2\n1\n1 2 3\n3 4\n2\n")
    text = f"""
        pipeline {{
          source {{ files {{ files {{ patterns: "{folder}/rows" format: "text" }} epochs: 1 }} }}
          processor {{
            raw {{ name: "number" }}
            steps {{ parse_numbers {{ field: "number" type: INT32 }} }}
          }}
          batcher {{ buckets {{ length_of: "number" bounds: [1, 2] tokens: 100 }} }}
        }}
    """
    source = build(text_format.Parse(text, input_pb2.Input()), seed=1)
    read = {}
    for batch, row_numbers in source.numbered_dataset():
        read |= zip(row_numbers.numpy().tolist(), batch["number"].numpy().tolist(), strict=True)
    # Number 2 is too long.
    assert read == {0: [1, 2], 1: [1], 3: [3, 4], 4: [2]}
    assert source.numbered_dataset().element_spec[0] == source.element_spec
    assert source.lost_records().kinds == {"too_long": 1}


def test_counts_what_was_lost_up_to_the_last_batch(folder):
    # The first file is 0 to 19, one number a record, and the record between them is none.
    with _core.RecordWriter(folder / "other") as writer:
        for record in [*(b"%d" % number for number in range(12)), b"x", b"12", b"13", b"14", b"15"]:
            writer.write(record)
    text = f"""
        pipeline {{
          source {{ files {{ files {{ patterns: "{folder}/other" }} epochs: 1 }} }}
          processor {{
            raw {{ name: "number" }}
            steps {{ parse_numbers {{ field: "number" type: INT32 }} }}
            max_bad_records: 1
          }}
          batcher {{ fixed {{ batch_size: 8 }} }}
        }}
    """
    source = build(text_format.Parse(text, input_pb2.Input()), seed=1)
    assert not source.lost_records()
    iterator = iter(source.dataset())
    numbers(iterator, 1)
    assert (source.lost_records().records, source.lost_records().kinds) == (8, {})
    path = tf.train.Checkpoint(iterator=iterator).write(str(folder / "state"))
    numbers(iterator, 1)
    lost = source.lost_records()
    assert (lost.records, lost.kinds) == (17, {"bad": 1})
    assert "other': record 12 at byte " in lost.samples[0]
    # A restored iterator brings the counters of its state, and a new pass begins anew.
    tf.train.Checkpoint(iterator=iterator).read(path).assert_consumed()
    assert source.lost_records().records == 8
    numbers(iterator, 1)
    assert source.lost_records().kinds == {"bad": 1}
    iter(source.dataset())
    assert source.lost_records().records == 0


def test_a_wrong_message_names_the_field(folder):
    with pytest.raises(_core.InvalidArgumentError, match="threads: is -1"):
        make(folder, "threads: -1")


def test_a_missing_file_is_an_error_where_the_input_is_opened_and_names_what_makes_it(folder):
    with pytest.raises(_core.NotFoundError, match="none-\\*") as error:
        make(folder, 'made_by: "make numbers"', files="none-*").open()
    assert str(error.value).endswith(". This makes the files: make numbers")
    with pytest.raises(_core.NotFoundError) as error:
        make(folder, files="none-*").open()
    assert "makes the files" not in str(error.value)


@pytest.mark.parametrize(("before", "after"), [(1, 2), (2, 1), (2, 3), (4, 2)])
def test_other_shares_continue_with_what_the_old_ones_had_left(folder, before, after):
    read, positions = [], []
    for replica in range(before):
        source = make(folder, share=Share(replica, before), epochs="epochs: 1")
        iterator = iter(source.dataset())
        read += itertools.chain(*numbers(iterator, 1))
        positions.append(save_position(iterator))
    assert len(read) == 8
    for replica in range(after):
        source = make(folder, share=Share(replica, after), epochs="epochs: 1")
        iterator = iter(source.dataset())
        restore_position(iterator, source.continued_position(positions))
        for batch in iterator:
            read += batch["number"].numpy()[:, 0].tolist()
    assert sorted(read) == list(range(40))


def test_positions_of_other_files_are_refused_with_the_difference(folder):
    positions = []
    for replica in range(2):
        iterator = iter(make(folder, share=Share(replica, 2)).dataset())
        numbers(iterator, 1)
        positions.append(save_position(iterator))
    with _core.RecordWriter(folder / "number-2") as writer:
        writer.write(b"40")
    with pytest.raises(ValueError, match="files"):
        make(folder).continued_position(positions)
