"""The public list of Frazo's TensorFlow ops.

The library of ops is loaded once, at the first use of an op.
"""

from frazo.ops.additive_attention import additive_probabilities
from frazo.ops.attention import cached_attention
from frazo.ops.attention_lstm import RecurrentAttention, attention_lstm_outputs
from frazo.ops.boxes import KeptBoxes, oriented_nms, pairwise_iou
from frazo.ops.conv import sparse_conv2d_gradient
from frazo.ops.ctc import CtcHypotheses, CtcPrefixState, ctc_beam_search, ctc_prefix_scores
from frazo.ops.cut_cross_entropy import (
    RowParts,
    cut_cross_entropy_gradient,
    cut_cross_entropy_parts,
)
from frazo.ops.expert_routing import Routing, combine_tokens, dispatch_tokens, route_tokens
from frazo.ops.geometry import (
    BoxPoints,
    ChosenPoints,
    GridPoints,
    Neighbors,
    farthest_points,
    gather_neighbors,
    points_in_boxes,
    points_to_grid,
    uniform_points,
)
from frazo.ops.grouped_matmul import grouped_matmul
from frazo.ops.implementation import (
    Implementation,
    implementation,
    set_implementation,
    uses_kernels,
)
from frazo.ops.int8_matmul import Int8Matrix, int8_matmul, quantize_matrix
from frazo.ops.library import load
from frazo.ops.loss import CrossEntropies, cross_entropies, smoothed_cross_entropy
from frazo.ops.lstm import (
    LstmGradients,
    LstmTrace,
    lstm_outputs,
    lstm_sequence,
    lstm_sequence_gradient,
)
from frazo.ops.lstm_arguments import LstmArguments
from frazo.ops.norm import layer_norm, squared_norm, standardized
from frazo.ops.packed_matmul import pack_matrix, packed_matmul
from frazo.ops.pipeline import pipeline_dataset
from frazo.ops.records import record_dataset, record_source_dataset
from frazo.ops.rectified_matmul import RectifiedRows, rectified_matmul
from frazo.ops.routing_arguments import RoutingArguments, RoutingRules
from frazo.ops.scan_cells import ScanCamera, ScanCells, scan_cells
from frazo.ops.search import SearchInputs, search_begin, search_results, search_step
from frazo.ops.self_attention import rotate_pairs, self_attention
from frazo.ops.sound import (
    DecodedSounds,
    SoundFeatures,
    add_noise,
    decode_sounds,
    log_mel,
    spec_augment,
    speed_perturb,
)
from frazo.ops.text import EncodedTexts, decode_texts, encode_texts
from frazo.ops.transducer import transducer_losses
from frazo.ops.unique import bounded_unique, unique
from frazo.ops.visible_keys import VisibleKeys, index_distance

__all__ = [
    "BoxPoints",
    "ChosenPoints",
    "CrossEntropies",
    "CtcHypotheses",
    "CtcPrefixState",
    "DecodedSounds",
    "EncodedTexts",
    "GridPoints",
    "Implementation",
    "Int8Matrix",
    "KeptBoxes",
    "LstmArguments",
    "LstmGradients",
    "LstmTrace",
    "Neighbors",
    "RectifiedRows",
    "RecurrentAttention",
    "Routing",
    "RoutingArguments",
    "RoutingRules",
    "RowParts",
    "ScanCamera",
    "ScanCells",
    "SearchInputs",
    "SoundFeatures",
    "VisibleKeys",
    "add_noise",
    "additive_probabilities",
    "attention_lstm_outputs",
    "bounded_unique",
    "cached_attention",
    "combine_tokens",
    "cross_entropies",
    "ctc_beam_search",
    "ctc_prefix_scores",
    "cut_cross_entropy_gradient",
    "cut_cross_entropy_parts",
    "decode_sounds",
    "decode_texts",
    "dispatch_tokens",
    "encode_texts",
    "farthest_points",
    "gather_neighbors",
    "grouped_matmul",
    "implementation",
    "index_distance",
    "int8_matmul",
    "layer_norm",
    "load",
    "log_mel",
    "lstm_outputs",
    "lstm_sequence",
    "lstm_sequence_gradient",
    "oriented_nms",
    "pack_matrix",
    "packed_matmul",
    "pairwise_iou",
    "pipeline_dataset",
    "points_in_boxes",
    "points_to_grid",
    "quantize_matrix",
    "record_dataset",
    "record_source_dataset",
    "rectified_matmul",
    "rotate_pairs",
    "route_tokens",
    "scan_cells",
    "search_begin",
    "search_results",
    "search_step",
    "self_attention",
    "set_implementation",
    "smoothed_cross_entropy",
    "sparse_conv2d_gradient",
    "spec_augment",
    "speed_perturb",
    "squared_norm",
    "standardized",
    "transducer_losses",
    "uniform_points",
    "unique",
    "uses_kernels",
]
