import tensorflow as tf
from frazo.experiment.mesh_share import show_share
from frazo.layers.place import Place
from frazo.shard.mesh import Mesh, held_shape


def zeros(held):
    return tf.zeros(held_shape(held))


def test_it_counts_what_this_process_holds():
    mesh = Mesh({"data": 2, "model": 4}, {"data": 1, "model": 3}, {"mlp": "model"})
    place = Place(seed=1, mesh=mesh)
    variables = [
        place.variable("kernel", (100, 40), axes=("embed", "mlp"), init=zeros),
        place.variable("bias", (100,), axes=("embed",), init=zeros),
        tf.Variable(0, name="count"),
    ]
    assert show_share(variables, mesh) == (
        "data 2 x model 4: the worker at data 1, model 3 holds 1,101 of 4,101 parameters (27%)"
    )
