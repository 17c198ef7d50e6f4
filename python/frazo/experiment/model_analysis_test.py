import tensorflow as tf
from frazo.experiment.model_analysis import model_analysis


def test_table_has_shape_size_name_and_the_total():
    variables = [
        tf.Variable(tf.zeros([2450, 300]), name="network/fc/kernel"),
        tf.Variable(tf.zeros([300]), name="network/fc/bias"),
        tf.Variable(0.0, name="scale"),
    ]
    assert model_analysis(variables) == (
        "shape           size  name\n"
        "[2450, 300]  735,000  network/fc/kernel\n"
        "[300]            300  network/fc/bias\n"
        "[]                 1  scale\n"
        "---------------------------------------\n"
        "total        735,301  parameters\n"
    )
