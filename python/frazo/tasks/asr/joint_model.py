"""The next token by a decoder that attends and by connectionist temporal classification."""

import tensorflow as tf
from frazo import ops
from frazo.layers.sequence_layer import Memory, State, require_memory
from frazo.layers.speech.ctc import ConnectionistTemporalClassification
from frazo.layers.step_context import StepContext
from frazo.models.token_model import TokenModel


class JointModel:
    """Scores texts by both, in one search (Watanabe et al. 2017, section III-C).

        score = (1 - weight) log p_decoder(token | tokens) + weight log p_ctc(token | tokens)

    p_ctc is the probability that a text which begins with the tokens has the token next. Hypotheses
    that leave out or repeat words, which attention alone may prefer, have no good alignment. It is
    a SearchedModel whose scores are of kind LOG_PROBABILITIES: they are not above 0, and their exp
    need not add up to 1.

    The state has decoder, that of the decoder, and forward and last, an ops.CtcPrefixState. The
    memory cache has decoder, probabilities, float32 [batch, frames, tokens + 1], and frames, int32
    [batch].
    """

    def __init__(
        self,
        decoder: TokenModel,
        ctc: ConnectionistTemporalClassification,
        *,
        weight: float,
        eos_id: int,
    ):
        """Joins the two.

        Args:
          decoder: The decoder that attends.
          ctc: The layer of the same tokens.
          weight: In (0, 1).
          eos_id: The token that ends a text.
        """
        self._decoder = decoder
        self._ctc = ctc
        self._weight = weight
        self._eos_id = eos_id

    def memory_cache(self, memory: Memory | None, context: StepContext) -> State:
        memory = require_memory(memory, self._ctc.path)
        return {
            "decoder": self._decoder.memory_cache(memory, context),
            "probabilities": tf.nn.softmax(self._ctc(memory.values, context)),
            "frames": tf.reduce_sum(tf.cast(memory.layout.mask, tf.int32), 1),
        }

    def init_state(self, rows: int | tf.Tensor, memory_cache: State) -> State:
        time = tf.shape(memory_cache["probabilities"])[1]
        begun = ops.CtcPrefixState.before_first_step(rows, time)
        decoder = self._decoder.init_state(rows, memory_cache["decoder"])
        return {"decoder": decoder} | begun._asdict()

    def step(
        self, state: State, x: tf.Tensor, memory_cache: State, context: StepContext
    ) -> tuple[State, tf.Tensor]:
        """Maps ids x, int32 [rows], to scores of the next tokens, float32 [rows, tokens]."""
        decoder, logits = self._decoder.step(state["decoder"], x, memory_cache["decoder"], context)
        of_ctc, prefixes = ops.ctc_prefix_scores(
            memory_cache["probabilities"],
            memory_cache["frames"],
            context.row_sentences,
            x,
            ops.CtcPrefixState(state["forward"], state["last"]),
            eos_id=self._eos_id,
        )
        scores = (1 - self._weight) * tf.nn.log_softmax(logits) + self._weight * of_ctc
        return {"decoder": decoder} | prefixes._asdict(), scores

    def probabilities(self, state: State) -> tf.Tensor | None:
        """Returns those of the decoder's attention."""
        return self._decoder.probabilities(state["decoder"])
