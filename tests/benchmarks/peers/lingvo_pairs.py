"""Makes padded batches of sentence pairs with Lingvo's generic_input and vocabulary op.

usage: lingvo_pairs.py single_lines|whole_batches FOLDER

single_lines: the vocabulary op runs in the processor, a line at a time, as in Lingvo's own
translation input, 4 threads. whole_batches: the processor counts words only and the op takes the
merged batch, 8 threads. (Each the best of 1 to 32 threads.)
"""

import sys

import lingvo.compat as tf
from lingvo.core import generic_input, ops, py_utils
from padded_pairs import BOUNDS, LIMITS, SHUFFLE_BUFFER, count_paddings, measure

THREADS = {"single_lines": 4, "whole_batches": 8}
# In the order of a NestedMap's flattening.
NAMES = (
    "source",
    "source_padding",
    "target",
    "target_labels",
    "target_padding",
    "target_weights",
)
PADDING_VALUES = (0, 1, 0, 0, 1, 0)


def look_up(folder: str, source, target) -> dict:
    """The fields NAMES, [batch, longest], of strings [batch]."""
    options = {
        "vocab_filepath": f"{folder}/words",
        "load_token_ids_from_vocab": False,
        "append_eos": True,
        "maxlen": BOUNDS[-1],
        "pad_to_maxlen": False,
    }
    _, source_ids, source_padding = ops.str_to_vocab_tokens(source, **options)
    target_ids, labels, target_padding = ops.str_to_vocab_tokens(target, **options)
    fields = (source_ids, source_padding, target_ids, labels, target_padding, 1 - target_padding)
    return dict(zip(NAMES, fields, strict=True))


def batch_single_lines(folder: str, **options) -> dict:
    def process(record):
        columns = tf.strings.split([record], "\t").values
        fields = look_up(folder, columns[0:1], columns[1:2])
        flat = py_utils.NestedMap({name: tf.reshape(x, [-1]) for name, x in fields.items()})
        return flat, tf.maximum(tf.size(flat.source), tf.size(flat.target_labels))

    batch, _ = generic_input.GenericInput(
        process,
        dynamic_padding_dimensions=[0] * len(NAMES),
        dynamic_padding_constants=list(PADDING_VALUES),
        **options,
    )
    return dict(batch)


def batch_whole_batches(folder: str, **options) -> dict:
    def process(record):
        columns = tf.strings.split([record], "\t").values
        blanks = tf.strings.length(columns) - tf.strings.length(
            tf.strings.regex_replace(columns, " ", "")
        )
        # One word more than blanks, and </s>.
        longest = tf.reduce_max(blanks) + 2
        return py_utils.NestedMap(source=columns[0], target=columns[1]), longest

    lines, _ = generic_input.GenericInput(process, **options)
    return look_up(folder, lines.source, lines.target)


def main() -> None:
    how, folder = sys.argv[1:]
    batch = {"single_lines": batch_single_lines, "whole_batches": batch_whole_batches}[how]
    graph = tf.Graph()
    with graph.as_default():
        fields = batch(
            folder,
            file_pattern=f"tfrecord:{folder}/*.tfrecord",
            bucket_upper_bound=list(BOUNDS),
            bucket_batch_limit=list(LIMITS),
            file_random_seed=301,
            file_buffer_size=SHUFFLE_BUFFER,
            file_parallelism=8,
            num_threads=THREADS[how],
        )
    with tf.Session(graph=graph) as session:
        run = session.make_callable([fields[name] for name in NAMES])
        measure(lambda: dict(zip(NAMES, run(), strict=True)), count_paddings)


if __name__ == "__main__":
    main()
