"""The errors of sentences, counted by frazo.error_rates with all threads and with one.

usage: frazo_word_errors.py
"""

import frazo
from figures import print_figures
from word_error_workload import make_sentences, words_per_second


def main() -> None:
    references, hypotheses = make_sentences()
    print_figures(
        rate=words_per_second(lambda: frazo.error_rates(references, hypotheses).errors),
        one_thread_rate=words_per_second(
            lambda: frazo.error_rates(references, hypotheses, threads=1).errors
        ),
    )


if __name__ == "__main__":
    main()
