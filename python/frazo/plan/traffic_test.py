import tensorflow as tf
from frazo.plan.flat_graph import FlatGraph
from frazo.plan.traffic import Sent, traffic
from frazo.shard.connected_mesh import connected_mesh


def test_the_bytes_that_a_ring_sends():
    with tf.Graph().as_default():
        mesh = connected_mesh(0, {"data": 2, "model": 4}, {}, "data")
        data, model = mesh.groups["data"], mesh.groups["model"]

        def step(x):
            # 12 numbers of 4 bytes.
            reduced = model.all_reduce(x) + data.all_reduce(x)
            gathered = model.all_gather(x)
            exchanged = model.all_to_all(tf.reshape(x, [4, 3]))
            return reduced, gathered, exchanged

        traced = tf.function(step, autograph=False).get_concrete_function(tf.TensorSpec([12]))
        graph = FlatGraph(traced.graph)
    axes = {group.key: (group.axis, group.size) for group in mesh.groups.values()}
    assert traffic(graph, axes) == {
        # Twice 3 / 4 and twice 1 / 2 of 48 bytes.
        Sent("model", "all-reduce"): 72,
        Sent("data", "all-reduce"): 48,
        # 3 / 4 of 4 * 48 bytes, and of 48.
        Sent("model", "all-gather"): 144,
        Sent("model", "all-to-all"): 36,
    }
