import frazo
from jiwer_word_errors import count_errors
from word_error_workload import WORDS, make_sentences

from tests.benchmarks.speech import CASES, make_contenders


def test_contenders_find_the_same_errors():
    references, hypotheses = make_sentences(500)
    rates = frazo.error_rates(references, hypotheses)
    assert rates.reference_units == 500 * WORDS
    assert rates.errors == count_errors(references, hypotheses)
    # 10 of 100 words, less those that are replaced by themselves.
    assert 0.07 < rates.rate < 0.11


def test_contenders_are_measured_in_all_cases():
    ours, peers = make_contenders()
    assert ours.name == "Frazo"
    assert [peer.name for peer in peers] == ["jiwer"]
    assert set(CASES) == {"rate", "one_thread_rate"}
