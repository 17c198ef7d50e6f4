import tensorflow as tf
from frazo import ops
from frazo.layers.recomputed import recomputed
from frazo.plan.flat_graph import FlatGraph
from frazo.plan.memory import Kind, peaks


def traced(function, *specs):
    return FlatGraph(tf.function(function, autograph=False).get_concrete_function(*specs).graph)


def test_a_network_of_two_layers():
    """10 rows of 20 numbers, a hidden layer of 30, 40 classes; 4 bytes a number."""
    with tf.Graph().as_default():
        first, second = tf.Variable(tf.zeros([20, 30])), tf.Variable(tf.zeros([30, 40]))

        def step(x, labels):
            with tf.GradientTape() as tape:
                hidden = tf.tanh(tf.matmul(x, first))
                logits = tf.matmul(hidden, second)
                loss = tf.reduce_sum(ops.cross_entropies(logits, labels).smoothed)
            gradients = tape.gradient(loss, [first, second])
            for variable, gradient in zip([first, second], gradients, strict=True):
                variable.assign_sub(gradient)
            return loss

        forward, early, late, update = peaks(
            traced(step, tf.TensorSpec([10, 20]), tf.TensorSpec([10], tf.int32))
        )
    batch = 10 * 20 * 4 + 10 * 4
    assert forward.bytes_of[Kind.BATCH] == batch
    # The hidden layer; tanh overwrites the product.
    assert forward.bytes_of[Kind.LOGITS] == 10 * 40 * 4
    assert 0 <= forward.bytes_of[Kind.ACTIVATIONS] - 10 * 30 * 4 < 200
    # The gradient of the logits takes their memory.
    assert early.bytes_of[Kind.LOGITS] == 10 * 40 * 4
    assert early.total <= batch + 10 * 40 * 4 + 2 * 10 * 30 * 4 + 30 * 40 * 4 + 200
    assert late.bytes_of[Kind.GRADIENTS] in (30 * 40 * 4, 30 * 40 * 4 + 20 * 30 * 4)
    assert update.bytes_of[Kind.GRADIENTS] == 30 * 40 * 4 + 20 * 30 * 4
    assert update.bytes_of[Kind.LOGITS] == 0


def test_what_is_computed_again_is_an_activation():
    """Two blocks with two values of 40 x 50 numbers in each; only their inputs are kept."""
    with tf.Graph().as_default():
        weight = tf.Variable(tf.zeros([50]))

        def step(x):
            with tf.GradientTape() as tape:
                for _ in range(2):
                    x = recomputed(lambda x: tf.tanh(tf.sin(x * weight)), x)
                loss = tf.reduce_sum(tf.square(x))
            weight.assign_sub(tape.gradient(loss, weight))
            return loss

        forward, early, late, update = peaks(traced(step, tf.TensorSpec([40, 50])))
    size = 40 * 50 * 4
    # The input of the first block is the batch. The values within a block overwrite each other.
    assert forward.bytes_of[Kind.BATCH] == size
    assert forward.bytes_of[Kind.ACTIVATIONS] == 2 * size
    # The outputs of sin and tanh, the argument of sin, and the input of the second block.
    assert 3 * size <= early.bytes_of[Kind.ACTIVATIONS] <= 4 * size
    assert 2 * size <= late.bytes_of[Kind.ACTIVATIONS] <= 3 * size
    assert update.bytes_of[Kind.ACTIVATIONS] == 0


def test_without_a_backward_pass_all_is_temporary():
    function = lambda x: tf.reduce_sum(tf.matmul(x, x))  # noqa: E731
    forward, *rest = peaks(traced(function, tf.TensorSpec([10, 10])))
    assert forward.bytes_of[Kind.TEMPORARY] == 400
    assert forward.bytes_of[Kind.BATCH] == 400
    assert [usage.bytes_of[Kind.ACTIVATIONS] for usage in rest] == [0, 0, 0]
