"""Tells whether a metric is to fall or to rise."""

from frazo.proto import followed_score_pb2

_FALLING = frozenset(["loss", "log_pplx", "error", "error5", "wer", "cer", "oracle_wer"])
_RISING = frozenset(
    [
        "accuracy",
        "acc5",
        "bleu",
        "chrf",
        "fraction_of_correct_next_step_preds",
        "sentence_accuracy",
    ],
)


def is_minimized(score: followed_score_pb2.FollowedScore) -> bool:
    """Returns whether smaller values of a score are better.

    Args:
      score: The score; its goal is that of its metric unless it is set.

    Raises:
      ValueError: The goal is that of the metric, and the metric is not one of Frazo's tasks.
    """
    if score.goal != followed_score_pb2.FollowedScore.BY_METRIC:
        return score.goal == followed_score_pb2.FollowedScore.MINIMIZE
    if score.metric in _FALLING:
        return True
    if score.metric in _RISING:
        return False
    raise ValueError(
        f'whether "{score.metric}" is to fall or to rise is not known; set goal: MINIMIZE or '
        "goal: MAXIMIZE"
    )
