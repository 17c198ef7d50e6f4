import numpy as np
import tensorflow as tf
from frazo.layers.place import Place
from frazo.layers.speech.joint_network import JointNetwork
from frazo.layers.step_context import StepContext
from frazo.proto import transducer_pb2

CONTEXT = StepContext.for_evaluation(seed=1)


def test_the_logits_by_their_definition():
    layer = JointNetwork(
        transducer_pb2.JointNetwork(units=5),
        Place(path="joint", seed=1, input_shape=(None, None, 3)),
        predicted_dim=2,
        num_classes=4,
    )
    for variable in layer.variables:
        variable.assign(tf.random.stateless_normal(variable.shape, [1, len(variable.name)]))
    of = {variable.name.split(":")[0]: variable.numpy() for variable in layer.variables}
    assert set(of) == {
        "joint/heard/kernel",
        "joint/heard/bias",
        "joint/written/kernel",
        "joint/softmax/kernel",
        "joint/softmax/bias",
    }
    x = np.random.default_rng(1).normal(size=[2, 6, 3]).astype(np.float32)
    y = np.random.default_rng(2).normal(size=[2, 4, 2]).astype(np.float32)
    heard = x @ of["joint/heard/kernel"] + of["joint/heard/bias"]
    written = y @ of["joint/written/kernel"]
    inner = np.tanh(heard[:, :, None] + written[:, None])
    expected = inner @ of["joint/softmax/kernel"] + of["joint/softmax/bias"]
    found = layer(
        layer.heard(tf.constant(x), CONTEXT)[:, :, tf.newaxis]
        + layer.written(tf.constant(y), CONTEXT)[:, tf.newaxis],
        CONTEXT,
    )
    assert found.shape == [2, 6, 4, 4]
    np.testing.assert_allclose(found, expected, atol=1e-5)
