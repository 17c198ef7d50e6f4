"""Frazo's language models on the workload of language_model.py.

usage: frazo_language.py training|generation|words
"""

import sys
from collections.abc import Callable

import tensorflow as tf
from figures import print_figures
from frazo.experiment.model import Model
from frazo.layers.place import Place
from frazo.proto import experiment_pb2, language_modeling_pb2, learner_pb2
from frazo.tasks.lm.language_modeling import LanguageModeling
from frazo.tasks.sequence.token_search import Given
from frazo.train.inner_loop import InnerLoop
from google.protobuf import text_format
from language_workload import (
    EOS,
    SOS,
    Transformer,
    Words,
    generation_figures,
    random_ids,
    random_words,
    training_figures,
)

_MAX_NONFINITE_STEPS = 1
_TRANSFORMER = """
model {{
  embedding {{ vocab_size: {0.vocabulary} dim: {0.dim} scale_by_sqrt_dim: true }}
  body {{
    transformer_stack {{
      num_layers: {0.layers} positions {{ sinusoidal {{}} }} final_norm: true
      layer {{
        self_attention {{ num_heads: {0.heads} causal: true }}
        feed_forward {{ hidden_units: {0.hidden_units} }}
      }}
    }}
  }}
}}
# Exactly `length` tokens: no text ends before.
search {{ greedy {{}} eos_id: {1} banned_tokens: {1} max_length: {0.length} }}
sos_id: {2}
"""
_ADAM = "learning_rate: 1e-4 optimizer { adam { beta2: 0.98 epsilon: 1e-9 } }"
_WORDS = """
model {{
  embedding {{ vocab_size: {0.vocabulary} dim: {0.dim} scale_by_sqrt_dim: true }}
  body {{
    lstm_stack {{
      num_layers: {0.layers} input_dropout: {0.dropout} dropout: {0.dropout}
      layer {{ units: {0.units} projection: {0.dim} cell_clip: {0.cell_clip} }}
    }}
  }}
  sampled_softmax {{ num_classes: {0.vocabulary} num_sampled: {0.samples} }}
}}
loss: SUM_PER_BATCH
search {{ sampling {{}} eos_id: {1} max_length: 64 }}
"""
_ADAGRAD = """
learning_rate: {0.learning_rate}
optimizer {{ adagrad {{ initial_accumulator: 1 }} }}
variable_rules {{ pattern: "model/body/*" clip_norm: {0.clip_norm} }}
"""


def transformer_message(sizes: Transformer) -> language_modeling_pb2.LanguageModeling:
    text = _TRANSFORMER.format(sizes, EOS, SOS)
    return text_format.Parse(text, language_modeling_pb2.LanguageModeling())


def words_message(sizes: Words) -> language_modeling_pb2.LanguageModeling:
    return text_format.Parse(_WORDS.format(sizes, EOS), language_modeling_pb2.LanguageModeling())


def trained(
    message: language_modeling_pb2.LanguageModeling, learner: str, ids: tf.Tensor
) -> tuple[Model, InnerLoop]:
    """Returns a model and the trainer's own steps on one batch from memory.

    Args:
      message: The task.
      learner: The learner, in text.
      ids: int32 [rows, tokens], both the tokens and, moved by one, the labels.
    """
    experiment = experiment_pb2.Experiment(
        learner=text_format.Parse(learner, learner_pb2.Learner())
    )
    experiment.task.language_modeling.CopyFrom(message)
    rows, columns = ids.shape
    tokens = tf.concat([tf.fill([rows, 1], SOS), ids[:, :-1]], 1)
    lengths = tf.fill([rows], columns)
    batch = {"tokens": tokens, "labels": ids, "tokens_length": lengths, "labels_length": lengths}
    batches = tf.data.Dataset.from_tensors(batch).repeat()
    model = Model(experiment, batches.element_spec)
    return model, InnerLoop(model, iter(batches), _MAX_NONFINITE_STEPS)


def transformer_training(sizes: Transformer) -> tuple[Model, Callable[[], object]]:
    ids = tf.constant(random_ids(sizes.vocabulary, sizes.rows, sizes.tokens, 0))
    model, loop = trained(transformer_message(sizes), _ADAM, ids)
    return model, lambda: loop.run(1)


def words_training(sizes: Words) -> tuple[Model, Callable[[], object]]:
    ids = tf.constant(random_words(sizes, 0))
    model, loop = trained(words_message(sizes), _ADAGRAD.format(sizes), ids)
    return model, lambda: loop.run(1)


def generation(sizes: Transformer) -> Callable[[], int]:
    message = transformer_message(sizes)
    ids, lengths = tf.TensorSpec([None, None], tf.int32), tf.TensorSpec([None], tf.int32)
    spec = {"tokens": ids, "labels": ids, "tokens_length": lengths, "labels_length": lengths}
    task = LanguageModeling(message, Place(seed=1), input_spec=spec)
    search = tf.constant(message.search.SerializeToString())
    nothing = Given(tf.zeros([sizes.texts, 0], tf.int32), tf.zeros([sizes.texts], tf.int32))
    generate = tf.function(lambda: task.generate(search, nothing).lengths, autograph=False)
    return lambda: int(tf.reduce_sum(generate()))


def main() -> None:
    (what,) = sys.argv[1:]
    if what == "generation":
        print_figures(**generation_figures(generation(Transformer())))
    elif what == "training":
        print_figures(**training_figures(transformer_training(Transformer())[1], Transformer()))
    else:
        print_figures(**training_figures(words_training(Words())[1], Words()))


if __name__ == "__main__":
    main()
