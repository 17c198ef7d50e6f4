import pytest
import tensorflow as tf
from frazo.learn.loss import Loss
from frazo.tasks.classification.classification_metrics import (
    accuracy_metrics,
    loss_metrics,
    weighted_mean,
)


def values(metrics):
    return {name: (float(value), float(weight)) for name, (value, weight) in metrics.items()}


def test_weighted_mean_leaves_out_padding():
    assert float(weighted_mean(tf.constant([2.0, 4.0, 99.0]), tf.constant([1.0, 1.0, 0.0]))) == 3


def test_weighted_mean_of_padding_alone_is_zero():
    assert float(weighted_mean(tf.constant([2.0]), tf.constant([0.0]))) == 0


def test_log_pplx_is_the_loss_and_its_weight_the_number_of_examples():
    metrics = loss_metrics(Loss(tf.constant(3.0), tf.constant(2.0)))
    assert values(metrics) == {"log_pplx": (1.5, 2), "num_examples_in_batch": (2, 1)}


def test_accuracies_by_rank_of_the_label():
    # Labels rank 1st, 5th, 6th and, in padding, 1st.
    row = [7.0, 6.0, 5.0, 4.0, 3.0, 2.0]
    metrics = accuracy_metrics(
        tf.constant([row] * 4), tf.constant([0, 4, 5, 0]), tf.constant([1.0, 1.0, 1.0, 0.0])
    )
    assert values(metrics) == {
        "accuracy": (pytest.approx(1 / 3), 3),
        "error": (pytest.approx(2 / 3), 3),
        "acc5": (pytest.approx(2 / 3), 3),
        "error5": (pytest.approx(1 / 3), 3),
    }


def test_logits_that_are_not_finite_are_wrong():
    metrics = accuracy_metrics(
        tf.constant([[float("nan")] * 6]), tf.constant([0]), tf.constant([1.0])
    )
    assert values(metrics)["accuracy"] == (0, 1)
