import numpy as np
import pytest
import tensorflow as tf

from frazo import ops

LOGITS = tf.random.stateless_normal([4, 45], [1, 1]) * 3
LABELS = tf.constant([0, 44, 7, 7])


@pytest.mark.parametrize("smoothing", [0.0, 0.3])
def test_gradient_agrees_with_differences(smoothing):
    weights = tf.constant([1.0, -2.0, 0.5, 3.0])

    def total(logits):
        losses = ops.smoothed_cross_entropy(logits, LABELS, smoothing=smoothing)
        return tf.reduce_sum(losses * weights)

    theoretical, numerical = tf.test.compute_gradient(total, [LOGITS], delta=1e-2)
    np.testing.assert_allclose(theoretical[0], numerical[0], atol=2e-3)


def test_the_plain_cross_entropy_is_that_without_smoothing():
    for smoothing in (0.0, 0.3):
        found = ops.cross_entropies(LOGITS, LABELS, smoothing=smoothing).plain
        np.testing.assert_allclose(found, ops.smoothed_cross_entropy(LOGITS, LABELS), atol=1e-6)
    with tf.GradientTape() as tape:
        tape.watch(LOGITS)
        found = ops.cross_entropies(LOGITS, LABELS, smoothing=0.3)
        total = tf.reduce_sum(found.smoothed + 5 * found.plain)
    with tf.GradientTape() as alone_tape:
        alone_tape.watch(LOGITS)
        alone = tf.reduce_sum(ops.smoothed_cross_entropy(LOGITS, LABELS, smoothing=0.3))
    # The plain one has no gradient.
    np.testing.assert_array_equal(tape.gradient(total, LOGITS), alone_tape.gradient(alone, LOGITS))


@pytest.mark.parametrize("smoothing", [0.0, 0.3])
def test_z_loss_adds_the_square_of_the_logarithm_of_the_sum(smoothing):
    weights = tf.constant([1.0, -2.0, 0.5, 3.0])

    def expected(logits):
        squares = tf.reduce_logsumexp(logits, 1) ** 2
        return ops.smoothed_cross_entropy(logits, LABELS, smoothing=smoothing) + 0.2 * squares

    outcomes = []
    for losses in (
        lambda logits: ops.cross_entropies(logits, LABELS, smoothing=smoothing, z_loss=0.2),
        expected,
    ):
        with tf.GradientTape() as tape:
            tape.watch(LOGITS)
            found = losses(LOGITS)
            smoothed = found.smoothed if isinstance(found, ops.CrossEntropies) else found
            total = tf.reduce_sum(smoothed * weights)
        outcomes.append((smoothed, tape.gradient(total, LOGITS)))
    for found, wanted in zip(*outcomes, strict=True):
        np.testing.assert_allclose(found, wanted, atol=1e-5)


def test_logits_that_are_needed_elsewhere_are_left_alone():
    @tf.function(autograph=False)
    def step():
        logits = LOGITS + 0.0
        with tf.GradientTape() as tape:
            tape.watch(logits)
            losses = ops.smoothed_cross_entropy(logits, LABELS)
        gradient = tape.gradient(losses, logits)
        with tf.control_dependencies([gradient]):
            return tf.identity(logits), gradient

    logits, gradient = step()
    np.testing.assert_array_equal(logits, LOGITS)
    expected = tf.nn.softmax(LOGITS) - tf.one_hot(LABELS, 45)
    np.testing.assert_allclose(gradient, expected, atol=1e-6)


def test_sizes_are_known_before_it_runs():
    @tf.function(input_signature=[tf.TensorSpec([None, 45]), tf.TensorSpec([3], tf.int32)])
    def losses(logits, labels):
        given = ops.smoothed_cross_entropy(logits, labels)
        assert given.shape == [3]
        assert tf.gradients(given, logits)[0].shape.as_list() == [None, 45]
        return given

    assert losses(LOGITS[:3], LABELS[:3]).shape == [3]
    with pytest.raises(ValueError, match="Dimensions must be equal, but are 5 and 4"):
        tf.function(lambda: ops.smoothed_cross_entropy(tf.zeros([5, 2]), LABELS))()


def test_bad_inputs_are_refused():
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"label of row 2 is -1, but .* 45"):
        ops.smoothed_cross_entropy(LOGITS, tf.constant([0, 44, -1, 7]))
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"labels \[3\]; expected \[rows, cl"):
        ops.smoothed_cross_entropy(LOGITS, LABELS[:3])
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"smoothing is 1; expected \[0, 1\)"):
        ops.smoothed_cross_entropy(LOGITS, LABELS, smoothing=1.0)
