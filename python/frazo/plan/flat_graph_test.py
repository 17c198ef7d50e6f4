import tensorflow as tf
from frazo.plan.flat_graph import FlatGraph


def flat(function, *specs):
    return FlatGraph(tf.function(function, autograph=False).get_concrete_function(*specs).graph)


def types(graph):
    return [node.op.type for node in graph.nodes if node.op.type not in ("Const", "Identity")]


def test_functions_are_inlined():
    inner = tf.function(lambda x: tf.tanh(x), autograph=False)
    graph = flat(lambda x: tf.exp(inner(x)), tf.TensorSpec([2, 3]))
    assert [kind for kind in types(graph) if kind != "NoOp"] == ["Tanh", "Exp"]
    tanh, exp = (n for n in graph.nodes if n.op.type in ("Tanh", "Exp"))
    assert tanh.inputs == graph.arguments
    assert graph.results[0].shape == (2, 3)
    assert "inner" in tanh.name or "lambda" in tanh.name
    assert exp.rounds == 1


def test_ops_that_nothing_needs_are_left_out():
    def function(x):
        tf.sinh(x)
        return tf.cosh(x)

    assert types(flat(function, tf.TensorSpec([2]))) == ["Cosh"]


def test_effects_are_kept():
    with tf.Graph().as_default():
        variable = tf.Variable(0.0)

        def function(x):
            variable.assign_add(tf.tanh(x))
            return x

        graph = flat(function, tf.TensorSpec([]))
    assert "AssignAddVariableOp" in types(graph)
    assert "Tanh" in types(graph)


def test_the_longer_branch_is_taken():
    def function(x):
        return tf.cond(x > 0, lambda: tf.exp(tf.tanh(tf.sinh(x))), lambda: x)

    assert "Sinh" in types(flat(function, tf.TensorSpec([])))


def test_a_loop_is_there_once_and_counts_its_rounds():
    def function(x):
        body = lambda i, y: (i + 1, tf.tanh(y))  # noqa: E731
        return tf.while_loop(lambda i, _: i < 7, body, [0, x], maximum_iterations=7)[1]

    (tanh,) = (n for n in flat(function, tf.TensorSpec([2])).nodes if n.op.type == "Tanh")
    assert tanh.rounds == 7


def test_the_ops_of_a_tape_are_known():
    def function(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.tanh(x)
        return tape.gradient(y, x)

    graph = flat(function, tf.TensorSpec([2]))
    by_type = {node.op.type: node.is_gradient for node in graph.nodes}
    assert not by_type["Tanh"]
    assert by_type["TanhGrad"]
