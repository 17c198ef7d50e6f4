"""The signatures of the kinds of exports."""

from collections.abc import Mapping

import tensorflow as tf

# The outputs without which nothing is an export of ours, by signature.
_NEEDED = {
    "search": {"hypotheses", "scores", "num_tokens"},
    "lengths": {"source_lengths"},
    "about": {"search", "max_source_length"},
}
# Those of a language model.
_NEEDED_OF_LANGUAGE = {
    "generate": {"continuations", "scores", "num_tokens"},
    "score_tokens": {"tokens", "token_scores", "is_best", "num_tokens", "scores"},
    "about": {"search", "sos_id", "vocab_size"},
}
# Those of a classifier.
_NEEDED_OF_CLASSIFIER = {"classify": {"probabilities", "labels"}}
# Those of a speech recogniser.
_NEEDED_OF_RECOGNIZER = {
    "transcribe": {
        "texts",
        "scores",
        "num_tokens",
        "num_samples",
        "hypotheses",
        "hypothesis_scores",
    },
    "about": {"sample_rate"},
}
# Those of a detector.
_NEEDED_OF_DETECTOR = {
    "detect": {"boxes", "scores", "classes", "num_detections"},
    "about": {"class_names", "num_features"},
}


def check_signatures(
    directory: str, signatures: Mapping[str, tf.types.experimental.Callable]
) -> None:
    """Checks that a SavedModel is an export of this version.

    Raises:
      ValueError: It lacks a signature or an output; the message names `directory`.
    """
    needed = _NEEDED
    if "generate" in signatures:
        needed = _NEEDED_OF_LANGUAGE
    elif "classify" in signatures:
        needed = _NEEDED_OF_CLASSIFIER
    elif "detect" in signatures:
        needed = _NEEDED_OF_DETECTOR
    elif "transcribe" in signatures:
        needed = _NEEDED_OF_RECOGNIZER
    for name, outputs in needed.items():
        if name not in signatures:
            raise ValueError(
                f"{directory}: the SavedModel has no signature '{name}'; it has "
                f"{', '.join(sorted(signatures)) or 'none'}. Export the model with "
                "--mode=write_inference_graph."
            )
        if missing := outputs - signatures[name].structured_outputs.keys():
            raise ValueError(
                f"{directory}: the signature '{name}' of the SavedModel has no output "
                f"{', '.join(sorted(missing))}. Export the model with this version's "
                "--mode=write_inference_graph."
            )
