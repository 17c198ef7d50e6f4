"""The errors of sentences, counted by jiwer, which has one thread.

usage: jiwer_word_errors.py
"""

import jiwer
from figures import print_figures
from word_error_workload import make_sentences, words_per_second


def count_errors(references: list[str], hypotheses: list[str]) -> int:
    found = jiwer.process_words(references, hypotheses)
    return found.substitutions + found.deletions + found.insertions


def main() -> None:
    references, hypotheses = make_sentences()
    rate = words_per_second(lambda: count_errors(references, hypotheses))
    print_figures(rate=rate, one_thread_rate=rate)


if __name__ == "__main__":
    main()
