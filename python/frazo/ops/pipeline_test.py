import pathlib
import tempfile

import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from frazo import _core, ops
from frazo.ops.library import op_library
from frazo.pipeline import Pipeline, read_config

TEXT_STEPS = """
    processor {
      raw { name: "words" }
      steps { copy { field: "words" output: "text" } }
      steps { parse_numbers { field: "words" type: INT32 } }
    }
"""
BUCKETS = 'batcher { buckets { length_of: "words" bounds: 3 bounds: 8 tokens: 24 } }'


def write_records(path, records):
    with _core.RecordWriter(str(path)) as writer:
        for record in records:
            writer.write(record)


def write_words(folder, count):
    """Two files of records of 0 to 8 numbers, each different from the others."""
    records = [b" ".join(b"%d" % (i * 10 + j) for j in range(i % 9)) for i in range(count)]
    for file in range(2):
        write_records(pathlib.Path(folder) / f"words-{file}", records[file::2])
    return records


def words_config(folder, source="epochs: 1", rest=BUCKETS):
    return f"""
        source {{ files {{ files {{ patterns: "{folder}/words-*" }} {source} }} }} {TEXT_STEPS} {rest}
    """


def text(batch):
    return {name: (tensor.dtype.name, tensor.numpy().tolist()) for name, tensor in batch.items()}


def saved(iterator, folder):
    return tf.train.Checkpoint(iterator=iterator).write(str(pathlib.Path(folder) / "state"))


def restored(dataset, path):
    iterator = iter(dataset)
    tf.train.Checkpoint(iterator=iterator).read(path).assert_consumed()
    return iterator


def test_elements_are_as_the_spec_says(tmp_path):
    write_words(tmp_path, 20)
    dataset = ops.pipeline_dataset(words_config(tmp_path))
    assert dataset.element_spec == {
        "words": tf.TensorSpec([None, None], tf.int32),
        "words_length": tf.TensorSpec([None], tf.int32),
        "text": tf.TensorSpec([None], tf.string),
    }
    for batch in dataset:
        for name, spec in dataset.element_spec.items():
            assert spec.is_compatible_with(batch[name]), name


def test_gives_the_batches_of_the_numpy_face(tmp_path):
    write_words(tmp_path, 50)
    config = words_config(tmp_path, "epochs: 2 shuffle { buffer_records: 9 }")
    ours = [text(batch) for batch in ops.pipeline_dataset(config)]
    theirs = list(Pipeline(config))
    assert len(ours) == len(theirs)
    for batch, arrays in zip(ours, theirs, strict=True):
        assert {name: values for name, (_, values) in batch.items()} == {
            name: array.tolist() for name, array in arrays.items()
        }


def test_frames_have_their_size_in_the_spec(tmp_path):
    write_records(tmp_path / "frames", [b"1 2 3 4", b"5 6"])
    dataset = ops.pipeline_dataset(f"""
        source {{ files {{ files {{ patterns: "{tmp_path}/frames" }} epochs: 1 }} }}
        processor {{ raw {{ name: "frames" }} steps {{ parse_numbers {{
          field: "frames" type: FLOAT32 shape {{ sizes: -1 sizes: 2 }} }} }} }}
        batcher {{ fixed {{ batch_size: 2 }} }}""")
    assert dataset.element_spec == {
        "frames": tf.TensorSpec([None, None, 2], tf.float32),
        "frames_length": tf.TensorSpec([None], tf.int32),
    }
    (batch,) = dataset
    assert batch["frames"].numpy().tolist() == [[[1, 2], [3, 4]], [[5, 6], [0, 0]]]
    assert batch["frames_length"].numpy().tolist() == [2, 1]


def test_tensors_outlive_the_iterator(tmp_path):
    write_words(tmp_path, 9)
    dataset = ops.pipeline_dataset(
        words_config(tmp_path, rest="batcher { fixed { batch_size: 9 } }")
    )
    words = next(iter(dataset))["words"]
    del dataset
    assert words.numpy()[8].tolist() == [10 * 7 + i for i in range(7)] + [0]


def test_works_within_a_graph_and_after_a_map(tmp_path):
    write_words(tmp_path, 30)

    @tf.function
    def total(dataset):
        return dataset.map(lambda batch: tf.reduce_sum(batch["words"])).reduce(0, tf.add)

    dataset = ops.pipeline_dataset(words_config(tmp_path))
    assert int(total(dataset)) == sum(i * 10 + j for i in range(30) for j in range(i % 9))


@settings(max_examples=6)
@given(
    count=st.integers(1, 40),
    shuffle=st.sampled_from(["", "shuffle { buffer_records: 7 lanes: 2 }", "shuffle {}"]),
    after=st.sampled_from([lambda dataset: dataset, lambda dataset: dataset.prefetch(2)]),
)
def test_a_restored_iterator_goes_on_exactly_at_every_batch(count, shuffle, after):
    with tempfile.TemporaryDirectory() as folder:
        write_words(folder, count)
        dataset = after(ops.pipeline_dataset(words_config(folder, f"epochs: 2 {shuffle}")))
        batches = [text(batch) for batch in dataset]
        iterator = iter(dataset)
        for done in range(len(batches) + 1):
            path = saved(iterator, folder)
            rest = restored(dataset, path)
            assert [text(batch) for batch in rest] == batches[done:]
            next(iterator, None)


def test_a_state_is_small_whatever_the_shuffle_buffer(tmp_path):
    write_words(tmp_path, 2000)
    dataset = ops.pipeline_dataset(words_config(tmp_path, "shuffle { buffer_records: 1000 }"))
    iterator = iter(dataset)
    next(iterator)
    saved(iterator, tmp_path / "saved")
    assert sum(file.stat().st_size for file in (tmp_path / "saved").iterdir()) < 10_000


def test_a_state_of_another_configuration_is_refused(tmp_path):
    write_words(tmp_path, 30)
    path = saved(iter(ops.pipeline_dataset(words_config(tmp_path))), tmp_path)
    other = ops.pipeline_dataset(words_config(tmp_path, rest=BUCKETS.replace("24", "25")))
    with pytest.raises(
        tf.errors.FailedPreconditionError, match=r"buckets\.tokens was 24 and is 25"
    ):
        restored(other, path)


def test_errors_name_the_place(tmp_path):
    write_words(tmp_path, 4)
    with pytest.raises(_core.InvalidArgumentError, match=r"batcher.*sauce"):
        ops.pipeline_dataset(words_config(tmp_path, rest=BUCKETS.replace('"words"', '"sauce"')))
    with pytest.raises(tf.errors.NotFoundError, match="nothing-"):
        iter(ops.pipeline_dataset(words_config(tmp_path / "nothing-")))
    write_records(tmp_path / "words-1", [b"1", b"x"])
    with pytest.raises(tf.errors.InvalidArgumentError, match="words-1': record 1 at byte 17"):
        list(ops.pipeline_dataset(words_config(tmp_path)))


def test_what_is_passed_over_is_told_whatever_level_tensorflow_logs_at(tmp_path, capfd):
    write_records(tmp_path / "words-0", [b"1", b"x", b"2"])
    damaged = tmp_path / "words-1"
    write_records(damaged, [b"3", b"4"])
    content = bytearray(damaged.read_bytes())
    content[-5] ^= 1  # A byte of the last record: its checksum of 4 bytes follows.
    damaged.write_bytes(content)
    steps = TEXT_STEPS.replace("processor {", "processor { max_bad_records: 1")
    config = words_config(tmp_path).replace(TEXT_STEPS, steps) + " skip_damaged: true"
    assert sum(len(batch["words"]) for batch in ops.pipeline_dataset(config)) == 3
    bad, damage = capfd.readouterr().err.splitlines()
    assert bad.startswith(f"warning: skipped a bad record: '{tmp_path}/words-0': record 1 at ")
    assert damage.startswith("warning: skipped damage, for the first time here: ")
    assert "words-1': record 1 at byte 17" in damage


def test_counters_are_published_and_not_told(tmp_path, capfd):
    write_records(tmp_path / "words-0", [b"1", b"x", b"2 3 4 5 6 7 8 9 10"])
    steps = TEXT_STEPS.replace("processor {", "processor { max_bad_records: 1")
    published = _core.IteratorLink()
    assert published.read() is None
    config = words_config(tmp_path).replace(TEXT_STEPS, steps)
    assert len(list(ops.pipeline_dataset(config, published))) == 1
    counters = published.read()
    # The last one has 9 numbers; the last bound is 8.
    assert (counters["records"], counters["bad_records"], counters["too_long"]) == (3, 1, 1)
    assert capfd.readouterr().err == ""


def test_rows_of_several_records_have_no_number(tmp_path):
    write_words(tmp_path, 4)
    packing = 'batcher { packing { streams { feature: "words" length: 16 } rows: 2 } }'
    steps = TEXT_STEPS.replace('steps { copy { field: "words" output: "text" } }', "")
    config = words_config(tmp_path, rest=packing).replace(TEXT_STEPS, steps)
    assert list(ops.pipeline_dataset(config))
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"batcher\.packing: a row holds"):
        iter(ops.pipeline_dataset(config, numbered=True))


def test_a_graph_made_for_other_tensors_is_refused(tmp_path):
    write_words(tmp_path, 4)
    make = op_library().frazo_pipeline_dataset
    config = read_config(words_config(tmp_path)).SerializeToString()
    shapes = [[None], [None, None], [None]]
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"a batch .* has 3 tensors"):
        make(config=config, search_folders=[], output_types=[tf.int32], output_shapes=[None])
    with pytest.raises(
        tf.errors.InvalidArgumentError, match=r"output 1 is int64 .* 'words' is int32"
    ):
        make(
            config=config,
            search_folders=[],
            output_types=[tf.string, tf.int64, tf.int32],
            output_shapes=shapes,
        )
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"not a serialized frazo\.Pipeline"):
        make(config=b"\xff", search_folders=[], output_types=[tf.int32], output_shapes=[None])
