"""Checks which scores a process prints at its end."""

import types

from frazo.evaluate import local_scores
from frazo.evaluate.local_scores import LocalScores


class Scored:
    def __init__(self, label, metrics):
        self.label = label
        self._metrics = metrics

    def prepare(self, model):
        pass

    def wants(self, step):
        return False

    def metrics(self, step):
        return self._metrics if step == 20 else {}

    def lost(self, step):
        return "2 too long of 5 records" if self.label == "decode_test" else ""


def test_the_task_names_the_metric_that_says_most(monkeypatch):
    sets = [
        Scored("eval_test", {"loss": 0.5, "perplexity": 1.6}),
        Scored("decode_test", {"perplexity": None, "error_rate": 0.2}),
        Scored("eval_dev", {"loss": 0.7}),
    ]
    monkeypatch.setattr(local_scores, "scored_sets", lambda *_: sets)
    running = types.SimpleNamespace(should_stop=lambda: None)
    scores = LocalScores(None, None, None, None, running)
    assert scores.headline(20) == {}
    task = types.SimpleNamespace(headline=("perplexity", "error_rate"))
    scores.score(types.SimpleNamespace(task=task), 20)
    assert scores.headline(20) == {
        "eval_test": ("perplexity", 1.6, ""),
        "decode_test": ("error_rate", 0.2, "2 too long of 5 records"),
    }
    assert scores.headline(30) == {}
    assert scores.headline_metrics == ("perplexity", "error_rate")
