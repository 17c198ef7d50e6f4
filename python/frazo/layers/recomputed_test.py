import numpy as np
import tensorflow as tf
from frazo.layers.recomputed import recomputed, recomputed_in
from frazo.layers.step_context import StepContext


def test_value_and_gradients_are_those_of_the_function():
    x, y = tf.constant([[1.0, 2.0, 3.0]]), tf.constant([[2.0], [5.0]])
    with tf.GradientTape() as tape:
        tape.watch([x, y])
        product = recomputed(lambda x, y: tf.square(x) * y, x, y)
    np.testing.assert_array_equal(product, [[2, 8, 18], [5, 20, 45]])
    x_gradient, y_gradient = tape.gradient(product, [x, y])
    # The gradient by x is 2 x (2 + 5), that by y the sum of squares.
    np.testing.assert_array_equal(x_gradient, [[14, 28, 42]])
    np.testing.assert_array_equal(y_gradient, [[14], [14]])


def test_variables_and_several_results_have_gradients():
    w = tf.Variable([2.0, 3.0])
    fixed = tf.Variable([10.0, 10.0], trainable=False)
    with tf.GradientTape() as tape:
        x = tf.constant([1.0, 5.0])
        tape.watch(x)
        scaled, squares = recomputed(lambda x: [w * x + fixed, w**2], x)
        loss = tf.reduce_sum(scaled) + 10 * tf.reduce_sum(squares)
    assert float(loss) == 2 + 10 + 15 + 10 + 10 * (4 + 9)
    x_gradient, w_gradient, none = tape.gradient(loss, [x, w, fixed])
    np.testing.assert_array_equal(x_gradient, [2, 3])
    # x + 10 * 2 w.
    np.testing.assert_array_equal(w_gradient, [1 + 40, 5 + 60])
    assert none is None


def before(op):
    """Returns the ops without which this one does not run."""
    found, rest = set(), [op]
    while rest:
        op = rest.pop()
        if op not in found:
            found.add(op)
            rest += [*(tensor.op for tensor in op.inputs), *op.control_inputs]
    return found


def test_a_second_pass_waits_for_all_gradients_of_the_one_before():
    first, second = (tf.Variable(tf.ones([2, 2])) for _ in range(2))

    @tf.function(autograph=False)
    def slopes(x):
        with tf.GradientTape() as tape:
            for w in (first, second):
                x = recomputed(lambda x, w=w: tf.tanh(tf.matmul(x, w)), x)
            loss = tf.reduce_sum(tf.square(x))
        return tape.gradient(loss, [first, second])

    graph = slopes.get_concrete_function(tf.TensorSpec([3, 2])).graph
    products = [op for op in graph.get_operations() if op.type == "MatMul"]
    # Both products; the second one again, and its two gradients; the first one again, and its two.
    assert len(products) == 8
    assert before(products[5]).issuperset(products[:5])
    # Nor does a first pass begin before its argument is there.
    assert products[0] in before(products[1])


def test_what_is_added_to_the_context_counts_once_and_has_gradients():
    w, bias = tf.Variable([2.0, 3.0]), tf.Variable(1.0, trainable=False)
    context = StepContext.for_training(seed=1, global_step=tf.constant(3, tf.int64))

    def layer(context, x):
        context.add_auxiliary_loss(tf.reduce_sum(w * x), tf.constant(4.0), 0.5)
        context.add_metric("layer/load", tf.reduce_sum(w), tf.constant(2.0))
        context.add_update(bias, bias + 1)
        return [x * w]

    with tf.GradientTape() as tape:
        [y] = recomputed_in(context, layer, tf.constant([1.0, 5.0]))
        loss = tf.reduce_sum(y) + context.auxiliary_loss()
    # (2 + 15) * 0.5 / 4.
    assert float(context.auxiliary_loss()) == 2.125
    # x + 0.5 / 4 * x.
    np.testing.assert_array_equal(tape.gradient(loss, w), [1.125, 5.625])
    assert len(context.auxiliary_losses) == 1
    assert [float(value) for value in context.metrics["layer/load"]] == [5, 2]
    assert [(variable is bias, float(value)) for variable, value in context.updates] == [(True, 2)]


def test_in_a_loop_it_is_computed_again():
    calls = []

    def cube(x):
        calls.append(x)
        return x**3

    @tf.function(autograph=False)
    def slope(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            _, total = tf.while_loop(
                lambda i, _: i < 3, lambda i, y: (i + 1, y + recomputed(cube, x)), [0, 0.0]
            )
        return tape.gradient(total, x)

    # 3 * 3 x^2.
    assert float(slope(tf.constant(2.0))) == 36
    assert len(calls) == 2
