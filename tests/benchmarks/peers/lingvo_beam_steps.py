"""Steps of Lingvo's beam_search_step.

usage: lingvo_beam_steps.py

The steps are one unrolled graph, each waiting for the one before; from logits it has a log_softmax
in front.
"""

import time

import lingvo.compat as tf
from beam_scores import (
    EOS,
    ROWS,
    SENTENCES,
    SOURCE,
    STEPS,
    WIDTH,
    make_scores,
    milliseconds_per_step,
)
from figures import print_figures
from lingvo.core import ops


def build_steps(all_scores: list[tf.Tensor], normalize: bool) -> tf.Tensor:
    """Cumulative scores after the last step."""
    state = [
        tf.fill([SENTENCES], -1e36),
        tf.zeros([ROWS]),
        tf.zeros([STEPS, ROWS]),
        tf.zeros([STEPS, ROWS], tf.int32),
        tf.zeros([STEPS, ROWS], tf.int32),
        tf.zeros([STEPS, ROWS], tf.string),
        tf.zeros([STEPS, ROWS, SOURCE]),
        tf.zeros([SENTENCES], tf.bool),
    ]
    attention = tf.fill([ROWS, SOURCE], 1 / SOURCE)
    for step, variable in enumerate(all_scores):
        with tf.control_dependencies([state[0]]):
            scores = variable.read_value()
        out = ops.beam_search_step(
            tf.nn.log_softmax(scores) if normalize else scores,
            attention,
            *state,
            [],
            step,
            eoc_id=-1,
            eos_id=EOS,
            beam_size=3.0,
            num_hyps_per_beam=WIDTH,
            valid_eos_max_logit_delta=5.0,
        )
        state = list(out[:8])
    return state[1]


def measure(log_probabilities: bool) -> float:
    graph = tf.Graph()
    with graph.as_default():
        scores = [tf.Variable(make_scores(step, log_probabilities)) for step in range(STEPS)]
        totals = build_steps(scores, normalize=not log_probabilities)
        with tf.Session(graph=graph) as session:
            session.run(tf.global_variables_initializer())
            run = session.make_callable(totals)

            def decode() -> float:
                started = time.perf_counter()
                run()
                return time.perf_counter() - started

            return milliseconds_per_step(decode)


def main() -> None:
    tf.disable_eager_execution()
    print_figures(logits=measure(False), log_probabilities=measure(True))


if __name__ == "__main__":
    main()
