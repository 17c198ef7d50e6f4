import tensorflow as tf
from frazo.experiment.model_analysis import model_analysis
from frazo.layers.place import Place
from frazo.proto import initializer_pb2
from frazo.shard.mesh import Fused, Mesh


def test_table_has_shape_size_axes_name_and_the_total():
    # The mesh cuts the kernel, but the table shows the whole kernel.
    place = Place(
        path="network/fc", seed=1, mesh=Mesh({"model": 2}, {"model": 0}, {"mlp": "model"})
    )
    init = initializer_pb2.Initializer()
    fused = Fused.equal("mlp", 2, 150)
    variables = [
        place.variable("kernel", (2450, 300), axes=("embed", fused), init=init),
        place.variable("bias", (300,), axes=(fused,), init=init),
        tf.Variable(0.0, name="scale"),
    ]
    assert model_analysis(variables) == (
        "shape           size  axes            name\n"
        "[2450, 300]  735,000  embed, mlp|mlp  network/fc/kernel\n"
        "[300]            300  mlp|mlp         network/fc/bias\n"
        "[]                 1  -               scale\n"
        "-------------------------------------------------------\n"
        "total        735,301  parameters\n"
    )
