import pytest
from frazo.cluster.agreement import Agreement
from frazo.cluster.member_key import MemberKey
from frazo.cluster.refusals import CannotBelong
from frazo.proto import cluster_pb2

ONE, TWO = MemberKey("worker", 1), MemberKey("worker", 2)
CLUSTER = cluster_pb2.Cluster(controller="a:1", workers=["b:1"])


def refusal(first: str, second: str) -> str:
    """What the second experiment is refused by."""
    agreement = Agreement(CLUSTER)
    agreement.check(ONE, "1", first, CLUSTER)
    with pytest.raises(CannotBelong) as refused:
        agreement.check(TWO, "1", second, CLUSTER)
    return str(refused.value)


def test_defaults_and_what_differs_between_machines_are_no_difference():
    agreement = Agreement(CLUSTER)
    other = cluster_pb2.Cluster(controller="alias:1", workers=["b:1"], lease_seconds=10)
    other.security.token_file = "/elsewhere/token"
    agreement.check(ONE, "1", "", other)


def test_a_description_is_no_difference():
    agreement = Agreement(CLUSTER)
    agreement.check(ONE, "1", 'description: "a"', CLUSTER)
    agreement.check(TWO, "1", 'description: "b"', CLUSTER)


def test_the_first_five_differences_are_named():
    first = "train { max_steps: 1 steps_per_loop: 1 save_interval_steps: 1 keep_checkpoints: 1 }"
    first += " learner { learning_rate: 0.5 }"
    text = refusal(first, "")
    assert text.startswith(
        "the experiment of worker 2 differs from that of worker 1: learner is unset, not set; "
        "learner.learning_rate is unset, not 0.5; train is unset, not set; "
    )
    assert text.endswith("; and 2 more. Start all members with the same experiment")


def test_texts_that_the_controller_cannot_read_are_compared_by_lines():
    # A message of a project of the user's own.
    first = "task {\n  [type.googleapis.com/theirs.Task] { size: 1 }\n}"
    assert refusal(first, first.replace("size: 1", "size: 2")) == (
        "the experiment of worker 2 differs from that of worker 1: "
        '"[type.googleapis.com/theirs.Task] { size: 2 }" is added; '
        '"[type.googleapis.com/theirs.Task] { size: 1 }" is missing. '
        "Start all members with the same experiment"
    )
