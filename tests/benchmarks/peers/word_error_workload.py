"""Sentences and what a recogniser could have made of them, the same in every run."""

import random
import time
from collections.abc import Callable

SENTENCES = 40_000
WORDS = 25
_VOCABULARY = 20_000
# In the middle of three measurements.
_REPETITIONS = 3


def make_sentences(count: int = SENTENCES) -> tuple[list[str], list[str]]:
    """References and hypotheses. Of 100 words 6 are others, 2 are missing, and after 2 there is one
    more.
    """
    choose = random.Random(1)
    letters = "abcdefghijklmnopqrstuvwxyz"
    vocabulary = [
        "".join(choose.choices(letters, k=choose.randint(1, 9))) for _ in range(_VOCABULARY)
    ]

    def word() -> str:
        # Zipf's law: the n-th word is some n times rarer than the first.
        return vocabulary[min(int(choose.paretovariate(0.9)), _VOCABULARY) - 1]

    references, hypotheses = [], []
    for _ in range(count):
        reference = [word() for _ in range(WORDS)]
        hypothesis: list[str] = []
        for right in reference:
            chance = choose.random()
            if chance < 0.06:
                hypothesis.append(word())
            elif chance < 0.08:
                hypothesis += [right, word()]
            elif chance < 0.98:
                hypothesis.append(right)
        references.append(" ".join(reference))
        hypotheses.append(" ".join(hypothesis))
    return references, hypotheses


def words_per_second(count: Callable[[], int]) -> float:
    """The words of references that `count`, which returns the number of errors, compares in a
    second.
    """
    seconds = []
    for _ in range(_REPETITIONS):
        started = time.perf_counter()
        errors = count()
        seconds.append(time.perf_counter() - started)
        assert errors > 0
    return SENTENCES * WORDS / sorted(seconds)[_REPETITIONS // 2]
