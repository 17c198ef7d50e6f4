from speech_workload import PARAMETERS, forward_flops

from tests.benchmarks.speech_training import CASES, make_contenders


def test_contenders_are_measured_in_all_cases():
    ours, peers = make_contenders()
    assert ours.name == "Frazo"
    assert [peer.name for peer in peers] == ["Keras"]
    assert set(CASES) == {"rate", "share"}


def test_flops_are_about_two_for_each_weight_and_position():
    # The positions are 4 * 100 vectors and 4 * 101 tokens; convolutions and contexts come beside
    # them.
    assert 0.98 < forward_flops() / (2 * 402 * PARAMETERS) < 1.1
