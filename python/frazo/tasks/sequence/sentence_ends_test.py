import tensorflow as tf
from frazo.tasks.sequence.sentence_ends import with_ends


def test_sentences_of_different_lengths():
    tokens = tf.constant([[5, 6], [7, 0], [0, 0]])
    ended = with_ends(tokens, tf.constant([2, 1, 0]), sos_id=1, eos_id=2)
    assert ended.inputs.numpy().tolist() == [[1, 5, 6], [1, 7, 0], [1, 0, 0]]
    assert ended.labels.numpy().tolist() == [[5, 6, 2], [7, 2, 0], [2, 0, 0]]
