import copy
import itertools
import os
import pathlib
import pickle
import signal
import subprocess
import sys
import tempfile
import textwrap
import threading
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import frazo
from frazo import _core
from frazo.pipeline import read_config
from frazo.proto import pipeline_pb2

# Beyond this something hangs.
TIMEOUT_SECONDS = 200


def write_records(path, records):
    with _core.RecordWriter(str(path)) as writer:
        for record in records:
            writer.write(record)


def write_numbers(folder, counts):
    """Files number-000, ... with as many records as `counts` says; each is its number among all."""
    number = itertools.count()
    for file, count in enumerate(counts):
        records = [b"%d" % next(number) for _ in range(count)]
        write_records(pathlib.Path(folder) / f"number-{file:03}", records)
    return sum(counts)


def numbers_config(folder, source="epochs: 1", rest="batcher { fixed { batch_size: 4 } }"):
    return f"""
        source {{ files {{ files {{ patterns: "{folder}/number-*" }} {source} }} }}
        processor {{ raw {{ name: "number" }} steps {{ parse_numbers {{ field: "number" type: INT32 }} }} }}
        {rest}
    """


def numbers(batches):
    return [int(number) for batch in batches for number in batch["number"][:, 0]]


@pytest.fixture
def folder(tmp_path):
    write_numbers(tmp_path, [10, 3, 0, 8])
    return tmp_path


_COUNTS = st.lists(st.integers(0, 30), min_size=1, max_size=5).filter(any)
_SHUFFLE = st.builds(
    "shuffle {{ buffer_records: {} lanes: {} }}".format, st.integers(1, 50), st.integers(1, 6)
)


@settings(max_examples=40)
@given(
    counts=_COUNTS,
    shuffle=st.just("") | _SHUFFLE,
    replicas=st.integers(1, 4),
    threads=st.integers(1, 8),
    seed=st.integers(0, 3),
    epochs=st.integers(1, 3),
)
def test_every_record_comes_exactly_once_an_epoch(counts, shuffle, replicas, threads, seed, epochs):
    with tempfile.TemporaryDirectory() as folder:
        total = write_numbers(folder, counts)
        given_to_all = []
        for replica in range(replicas):
            pipeline = frazo.Pipeline(
                numbers_config(folder, f"epochs: {epochs} {shuffle}")
                + f"replicas: {replicas} replica: {replica} threads: {threads} seed: {seed}"
            )
            mine = numbers(pipeline)
            each_epoch = np.array(mine).reshape(epochs, -1)
            assert (np.sort(each_epoch, axis=1) == np.sort(each_epoch[0])).all()
            given_to_all += mine
        assert sorted(given_to_all) == sorted(list(range(total)) * epochs)


@settings(max_examples=40)
@given(
    counts=_COUNTS,
    shuffle=st.just("") | _SHUFFLE,
    batches=st.lists(st.integers(0, 6), min_size=1, max_size=4),
    replicas=st.integers(1, 4),
)
def test_other_replicas_give_what_was_not_given_yet(counts, shuffle, batches, replicas):
    with tempfile.TemporaryDirectory() as folder:
        total = write_numbers(folder, counts)
        config = numbers_config(folder, f"epochs: 2 {shuffle}")

        def start(replica, of):
            return frazo.Pipeline(config + f"replica: {replica} replicas: {of}")

        before = [start(replica, len(batches)) for replica in range(len(batches))]
        given = []
        for pipeline, count in zip(before, batches, strict=True):
            given += numbers(itertools.islice(pipeline, count))
        states = [pipeline.save_state() for pipeline in before]
        divided = frazo.divide_pipeline_states(config, states, replicas)
        assert len(divided) == replicas
        for replica, state in enumerate(divided):
            pipeline = start(replica, replicas)
            pipeline.restore(state)
            given += numbers(pipeline)
        assert sorted(given) == sorted(2 * list(range(total)))


def test_states_that_cannot_be_divided_are_refused(folder):
    config = numbers_config(folder)
    state = frazo.Pipeline(config).save_state()
    with pytest.raises(_core.InvalidArgumentError, match="not the saved state of a pipeline"):
        frazo.divide_pipeline_states(config, [b"nothing", state], 3)
    with pytest.raises(_core.InvalidArgumentError, match="replicas"):
        frazo.divide_pipeline_states(config, [state], 0)
    with pytest.raises(_core.FailedPreconditionError, match=r"fixed\.batch_size was 4 and is 5"):
        frazo.divide_pipeline_states(
            numbers_config(folder, rest="batcher { fixed { batch_size: 5 } }"), [state], 2
        )


_BATCHERS = st.sampled_from(
    [
        "batcher { fixed { batch_size: 5 } }",
        'batcher { buckets { length_of: "words" bounds: 3 bounds: 8 tokens: 24 } }',
        'batcher { buckets { length_of: "words" bounds: 2 bounds: 5 bounds: 20 limits { examples: 4 }'
        " flush_every_examples: 17 } }",
        'batcher { packing { streams { feature: "words" length: 9 } rows: 2 fit: BEST_FIT } }',
    ]
)


def write_words(folder, lengths):
    records = [b" ".join(b"%d" % (i + 1) for i in range(n)) for n in lengths]
    for file in range(2):
        write_records(pathlib.Path(folder) / f"words-{file}", records[file::2])


def words_config(folder, shuffle, batcher):
    return read_config(f"""
        source {{ files {{ files {{ patterns: "{folder}/words-*" }} epochs: 2 {shuffle} }} }}
        processor {{
          raw {{ name: "words" }}
          steps {{ parse_numbers {{ field: "words" type: INT32 }} }}
          steps {{ filter_by_length {{ field: "words" min_length: 1 }} }}
        }}
        {batcher}
    """)


def text(batch):
    return {name: (array.dtype.str, array.tolist()) for name, array in batch.items()}


@settings(max_examples=25)
@given(
    lengths=st.lists(st.integers(0, 12), min_size=1, max_size=60),
    shuffle=st.just("") | _SHUFFLE,
    batcher=_BATCHERS,
    threads=st.integers(1, 4),
)
def test_goes_on_exactly_after_every_batch_with_any_threads(lengths, shuffle, batcher, threads):
    with tempfile.TemporaryDirectory() as folder:
        write_words(folder, lengths)
        config = words_config(folder, shuffle, batcher)
        whole = frazo.Pipeline(config)
        states, batches = [whole.save_state()], []
        for batch in whole:
            batches.append(text(batch))
            states.append(whole.save_state())
        config.threads = threads
        resumed = frazo.Pipeline(config)
        for done, state in enumerate(states):
            resumed.restore(state)
            assert [text(batch) for batch in resumed] == batches[done:]
            assert resumed.counters["examples"] == whole.counters["examples"]


@settings(max_examples=25)
@given(
    lengths=st.lists(st.integers(0, 12), min_size=1, max_size=60),
    tokens=st.integers(1, 60),
    bounds=st.sets(st.integers(1, 12), min_size=1, max_size=4).map(sorted),
)
def test_batches_keep_within_their_limits(lengths, tokens, bounds):
    with tempfile.TemporaryDirectory() as folder:
        write_words(folder, lengths)
        buckets = " ".join(f"bounds: {bound}" for bound in bounds)
        batcher = f'batcher {{ buckets {{ length_of: "words" {buckets} tokens: {tokens} }} }}'
        pipeline = frazo.Pipeline(words_config(folder, "", batcher))
        given_lengths = []
        for batch in pipeline:
            rows, longest = batch["words"].shape
            bound = next(bound for bound in bounds if longest <= bound)
            assert rows <= max(1, tokens // bound)
            smaller = [other for other in bounds if other < bound]
            assert (batch["words_length"] > max(smaller, default=0)).all()
            assert batch["words_length"].max() == longest
            for row, length in zip(batch["words"], batch["words_length"], strict=True):
                assert row.tolist() == [*range(1, length + 1)] + [0] * (longest - length)
            given_lengths += batch["words_length"].tolist()
        expected = sorted(n for n in lengths * 2 if 1 <= n <= bounds[-1])
        assert sorted(given_lengths) == expected
        counters = pipeline.counters
        assert counters["filtered"] == {"steps[1].filter_by_length 'words'": 2 * lengths.count(0)}
        assert counters["too_long"] == 2 * len(lengths) - 2 * lengths.count(0) - len(expected)


def test_arrays_own_the_batch_s_memory(folder):
    pipeline = frazo.Pipeline(numbers_config(folder))
    first = next(pipeline)["number"]
    assert first.dtype == np.int32
    assert first.ctypes.data % 64 == 0
    assert not first.flags.owndata
    assert first.flags.writeable
    del pipeline
    np.testing.assert_array_equal(first[:, 0], [0, 1, 2, 3])


def test_bytes_are_python_s_own(tmp_path):
    records = [b"one", b"", bytes(range(256)), b"\0"]
    write_records(tmp_path / "file", records)
    (batch,) = frazo.Pipeline(f"""
        source {{ files {{ files {{ patterns: "{tmp_path}/file" }} epochs: 1 }} }}
        processor {{ raw {{}} }}
        batcher {{ fixed {{ batch_size: 10 }} }}
    """)
    assert batch["record"].dtype == object
    assert batch["record"].tolist() == records


def test_a_configuration_is_a_message_a_text_or_a_path(folder):
    text = numbers_config(folder)
    path = folder / "config.textproto"
    path.write_text(text)
    for config in (text, path, str(path), read_config(text)):
        assert numbers(frazo.Pipeline(config)) == list(range(21))


def test_a_byte_order_mark_before_a_configuration_is_passed_over(folder):
    path = folder / "config.textproto"
    path.write_text(numbers_config(folder), encoding="utf-8-sig")
    assert read_config(path) == read_config(numbers_config(folder))


def test_a_configuration_that_is_wrong_is_named(folder):
    with pytest.raises(_core.NotFoundError, match=r"there is no file 'nothing.textproto'"):
        frazo.Pipeline("nothing.textproto")
    with pytest.raises(_core.InvalidArgumentError, match=r"config: not a textproto .* 1:1"):
        frazo.Pipeline("sauce {}")
    with pytest.raises(_core.InvalidArgumentError, match="batcher"):
        frazo.Pipeline(numbers_config(folder, rest=""))
    with pytest.raises(_core.InvalidArgumentError, match="processor"):
        frazo.Pipeline(pipeline_pb2.Pipeline())


def test_a_state_that_does_not_fit_is_refused_with_the_difference(folder):
    pipeline = frazo.Pipeline(numbers_config(folder, "shuffle {}"))
    next(pipeline)
    state = pipeline.save_state()
    after = text(next(pipeline))
    other = frazo.Pipeline(
        numbers_config(folder, "shuffle {}", "batcher { fixed { batch_size: 5 } }")
    )
    with pytest.raises(_core.FailedPreconditionError, match=r"fixed\.batch_size was 4 and is 5"):
        other.restore(state)
    with pytest.raises(_core.InvalidArgumentError, match="not the saved state of a pipeline"):
        pipeline.restore(b"nothing")
    pipeline.restore(state)
    assert text(next(pipeline)) == after


def test_bad_records_are_counted_with_samples_up_to_the_budget(tmp_path):
    write_records(tmp_path / "number-0", [b"1", b"x", b"2", b"y", b"3"])
    config = read_config(numbers_config(tmp_path))
    with pytest.raises(_core.InvalidArgumentError, match="number-0': record 1 at byte 17: "):
        list(frazo.Pipeline(config))
    config.processor.max_bad_records = 2
    pipeline = frazo.Pipeline(config)
    assert numbers(pipeline) == [1, 2, 3]
    assert pipeline.counters["bad_records"] == 2
    assert ["record 1 at" in s for s in pipeline.counters["bad_record_samples"]] == [True, False]


def test_the_padding_report_is_a_table(tmp_path):
    write_words(tmp_path, [1, 2, 3, 4])
    pipeline = frazo.Pipeline(words_config(tmp_path, "", "batcher { fixed { batch_size: 4 } }"))
    list(pipeline)
    # Twice 1 + 2 + 3 + 4 words in 4 rows of 4.
    assert pipeline.padding_fraction == 1 - 10 / 16
    assert "words" in pipeline.padding_report()


@pytest.mark.parametrize(
    "copied", [copy.copy, copy.deepcopy, lambda it: pickle.loads(pickle.dumps(it))]
)
def test_a_copy_goes_on_with_the_next_batch(folder, copied):
    pipeline = frazo.Pipeline(numbers_config(folder))
    next(pipeline)
    other = copied(pipeline)
    assert numbers(other) == list(range(4, 21))
    assert numbers(pipeline) == list(range(4, 21))
    config = read_config(numbers_config(folder))
    assert copied(config) == config


def test_iterating_twice_goes_on(folder):
    pipeline = frazo.Pipeline(numbers_config(folder))
    assert numbers(itertools.islice(pipeline, 2)) == list(range(8))
    assert numbers(pipeline) == list(range(8, 21))
    assert list(pipeline) == []


def test_several_threads_share_the_batches(folder):
    pipeline = frazo.Pipeline(numbers_config(folder, "epochs: 50"))
    given_to = [[] for _ in range(4)]
    threads = [
        threading.Thread(target=lambda mine=mine: mine.extend(numbers(pipeline)))
        for mine in given_to
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(itertools.chain(*given_to)) == sorted(list(range(21)) * 50)


def run_python(code, **kwargs):
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": ":".join(sys.path)},
        **kwargs,
    )


def test_imports_no_tensorflow(folder):
    process = run_python(f"""
        import sys
        import frazo
        next(frazo.Pipeline({numbers_config(folder)!r}))
        print("tensorflow" in sys.modules)
    """)
    out, err = process.communicate(timeout=TIMEOUT_SECONDS)
    assert out == "False\n", err


def test_ctrl_c_interrupts_the_wait_for_a_batch(tmp_path):
    # The first batch takes far longer to fill than the test lasts.
    write_records(tmp_path / "number-0", [b"1"])
    config = numbers_config(tmp_path, "", "batcher { fixed { batch_size: 1000000000 } }")
    process = run_python(f"""
        import frazo
        pipeline = frazo.Pipeline({config!r})
        try:
            print("waiting", flush=True)
            next(pipeline)
        except KeyboardInterrupt:
            print("interrupted", flush=True)
    """)
    assert process.stdout.readline() == "waiting\n"
    # Long enough to be in the wait; a signal before it has the same effect.
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=TIMEOUT_SECONDS)
    assert out == "interrupted\n", err


def frames_config(folder, batcher):
    """Sequences of frames of two numbers each."""
    return f"""
        source {{ files {{ files {{ patterns: "{folder}/frames" }} epochs: 1 }} }}
        processor {{ raw {{ name: "frames" }} steps {{ parse_numbers {{
          field: "frames" type: FLOAT32 shape {{ sizes: -1 sizes: 2 }} }} }} }}
        {batcher}"""


def test_frames_are_padded_to_the_longest(tmp_path):
    write_records(tmp_path / "frames", [b"1 2 3 4", b"", b"5 6 7 8 9 10"])
    (batch,) = frazo.Pipeline(frames_config(tmp_path, "batcher { fixed { batch_size: 3 } }"))
    assert batch["frames"].dtype == np.float32
    assert batch["frames"].tolist() == [
        [[1, 2], [3, 4], [0, 0]],
        [[0, 0], [0, 0], [0, 0]],
        [[5, 6], [7, 8], [9, 10]],
    ]
    assert batch["frames_length"].tolist() == [2, 0, 3]


def test_frames_are_packed(tmp_path):
    write_records(tmp_path / "frames", [b"1 2 3 4", b"5 6", b"7 8"])
    config = frames_config(
        tmp_path,
        'batcher { packing { streams { feature: "frames" length: 3 } rows: 2 } }',
    )
    (batch,) = frazo.Pipeline(config)
    # Three frames fill the first row: the third sequence begins another.
    assert batch["frames"].tolist() == [[[1, 2], [3, 4], [5, 6]], [[7, 8], [0, 0], [0, 0]]]
    assert batch["frames_segment_ids"].tolist() == [[1, 1, 2], [1, 0, 0]]
    assert batch["frames_segment_pos"].tolist() == [[0, 1, 0], [0, 0, 0]]


def test_half_a_frame_is_a_bad_record(tmp_path):
    write_records(tmp_path / "frames", [b"1 2 3"])
    pipeline = frazo.Pipeline(frames_config(tmp_path, "batcher { fixed { batch_size: 3 } }"))
    with pytest.raises(_core.InvalidArgumentError, match=r"record 0 at byte 0: .*a multiple of 2"):
        next(pipeline)
