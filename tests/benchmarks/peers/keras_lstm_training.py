"""Training steps of bidirectional LSTM layers as a user of Keras would write them.

usage: keras_lstm_training.py

Keras's defaults for a CPU: the loop over the tokens is in the graph, without XLA (which takes half
as long again) and not unrolled (the graph of 200 tokens takes a minute to trace for each layer).
"""

import tensorflow as tf
from figures import print_figures
from lstm_workload import DIM, LAYERS, LEARNING_RATE, TIME, UNITS, measure, random_batch

layers = tf.keras.layers


def main() -> None:
    lstms = [layers.LSTM(UNITS, return_sequences=True) for _ in range(LAYERS)]
    model = tf.keras.Sequential(
        [layers.Input((TIME, DIM)), *(layers.Bidirectional(lstm) for lstm in lstms)]
    )
    model.compile(tf.keras.optimizers.SGD(LEARNING_RATE), loss="mse", jit_compile=False)
    x, target = random_batch()
    print_figures(**measure(lambda: model.train_on_batch(x, target)))


if __name__ == "__main__":
    main()
