"""Shows a decoder its own guesses in training."""

from collections.abc import Callable

import tensorflow as tf
from frazo.layers.step_context import StepContext
from frazo.proto import speech_recognition_pb2


class ScheduledSampling:
    """Replaces tokens by guesses; see the message."""

    def __init__(self, message: speech_recognition_pb2.ScheduledSampling, path: str):
        """Keeps the message.

        Args:
          message: The message.
          path: The path of the decoder, which the seed of the guesses depends on.

        Raises:
          ValueError: The probability's rise ends before it begins.
        """
        self._message = message
        self._path = f"{path}/scheduled_sampling"
        self._end_step = message.end_step if message.HasField("end_step") else message.start_step
        if self._end_step < message.start_step:
            raise ValueError(
                f"scheduled_sampling: end_step {message.end_step} is before start_step "
                f"{message.start_step}. Make it start_step or later."
            )

    def probability(self, global_step: tf.Tensor) -> tf.Tensor:
        """Returns the probability that a token is a guess, float32 [].

        Args:
          global_step: int64 [], the number of steps done before this one.
        """
        start = self._message.start_step
        done = tf.cast(global_step - start, tf.float32)
        rise = max(self._end_step - start, 1)
        share = done / rise if self._end_step > start else tf.cast(done >= 0, tf.float32)
        return self._message.probability * tf.clip_by_value(share, 0, 1)

    def inputs(
        self, inputs: tf.Tensor, first_pass: Callable[[], tf.Tensor], context: StepContext
    ) -> tf.Tensor:
        """Returns the tokens that the decoder sees, int32 [batch, time].

        Each is that of `inputs` or a guess. The first one of a row, which begins it, is never a
        guess.

        Args:
          inputs: int32 [batch, time], the text's tokens after the one that begins it.
          first_pass: Computes the logits that follow each of `inputs`, [batch, time, tokens].
          context: The context of a step of training.
        """
        probability = self.probability(context.global_step)
        return tf.cond(
            probability > 0,
            lambda: self._mixed(inputs, first_pass(), probability, context),
            lambda: inputs,
        )

    def _mixed(
        self,
        inputs: tf.Tensor,
        logits: tf.Tensor,
        probability: tf.Tensor,
        context: StepContext,
    ) -> tf.Tensor:
        rows = tf.reshape(logits, [-1, tf.shape(logits)[-1]])
        drawn = tf.random.stateless_categorical(
            rows, 1, context.seed_for(f"{self._path}/guesses"), dtype=tf.int32
        )
        # A guess is what follows the token at its position, so it stands at the next one.
        guesses = tf.concat([inputs[:, :1], tf.reshape(drawn, tf.shape(inputs))[:, :-1]], 1)
        chance = tf.random.stateless_uniform(
            tf.shape(inputs), context.seed_for(f"{self._path}/choices"), alg="philox"
        )
        return tf.where(chance < probability, guesses, inputs)
