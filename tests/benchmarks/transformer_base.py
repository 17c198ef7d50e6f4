"""The experiment mt.wmt14_en_de.WmtEnDeTransformerBase on the workload of translation.py."""

from frazo.proto import learner_pb2, translation_pb2
from google.protobuf import text_format
from translation_workload import (
    BEAM,
    DIM,
    DROPOUT,
    EOS,
    HEADS,
    HIDDEN_UNITS,
    LABEL_SMOOTHING,
    LAYERS,
    LENGTH,
    SOS,
    VOCABULARY,
)

_TABLE = f"{{ vocab_size: {VOCABULARY} dim: {DIM} scale_by_sqrt_dim: true }}"
_STACK = f"num_layers: {LAYERS} positions {{ sinusoidal {{}} }} input_dropout: {DROPOUT}"
_ATTENTION = f"num_heads: {HEADS} per_dim_scale: true"
_REST_OF_LAYER = f"""
    feed_forward {{ hidden_units: {HIDDEN_UNITS} }}
    attention_adds_to_normalized: true
    residual_dropout: {DROPOUT}
"""
_TRANSLATION = f"""
    transformer {{
      source_embedding {_TABLE}
      target_embedding {_TABLE}
      encoder {{
        {_STACK}
        layer {{ self_attention {{ {_ATTENTION} }} {_REST_OF_LAYER} }}
      }}
      decoder {{
        {_STACK}
        layer {{
          self_attention {{ {_ATTENTION} causal: true }}
          cross_attention {{ {_ATTENTION} }}
          {_REST_OF_LAYER}
        }}
      }}
      softmax {{ num_classes: {VOCABULARY} }}
    }}
    label_smoothing: {LABEL_SMOOTHING}
    sos_id: {SOS}
    # Exactly LENGTH steps: no translation ends before.
    search {{
      beam {{ width: {BEAM} }} eos_id: {EOS} banned_tokens: {EOS} max_length: {LENGTH}
    }}
"""
_LEARNER = f"""
    learning_rate: 3
    schedule {{ transformer {{ model_dim: {DIM} warmup_steps: 40000 }} }}
    optimizer {{ adam {{ beta2: 0.98 epsilon: 1e-9 }} }}
"""


def translation() -> translation_pb2.Translation:
    return text_format.Parse(_TRANSLATION, translation_pb2.Translation())


def learner() -> learner_pb2.Learner:
    return text_format.Parse(_LEARNER, learner_pb2.Learner())
