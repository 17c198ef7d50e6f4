"""Training steps of bidirectional LSTM layers.

usage: frazo_lstm_training.py
"""

import tensorflow as tf
from figures import print_figures
from frazo.layers.place import Place
from frazo.layers.recurrent.lstm_stack import LstmStack
from frazo.layers.sequence_layout import SequenceLayout
from frazo.layers.step_context import StepContext
from frazo.proto import lstm_pb2
from lstm_workload import BATCH, DIM, LAYERS, LEARNING_RATE, TIME, UNITS, measure, random_batch


def main() -> None:
    message = lstm_pb2.LstmStack(
        num_layers=LAYERS, bidirectional=True, layer=lstm_pb2.Lstm(units=UNITS)
    )
    stack = LstmStack(message, Place(path="stack", input_shape=(None, None, DIM), seed=1))
    x, target = random_batch()
    layout = SequenceLayout.of_lengths(tf.fill([BATCH], TIME), TIME)

    @tf.function(autograph=False)
    def step(step_number: tf.Tensor) -> tf.Tensor:
        context = StepContext.for_training(seed=1, global_step=step_number)
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(stack(x, layout, context) - target))
        gradients = tape.gradient(loss, stack.trainable_variables)
        for variable, gradient in zip(stack.trainable_variables, gradients, strict=True):
            variable.assign_sub(LEARNING_RATE * gradient)
        return loss

    step_number = tf.constant(0, tf.int64)
    print_figures(**measure(lambda: step(step_number).numpy()))


if __name__ == "__main__":
    main()
