"""A language model of Frazo in the evaluation harness lm-eval (EleutherAI, version 0.4.13).

    import predictor_lm  # The harness now knows models called "frazo".
    from lm_eval.__main__ import cli_evaluate

    cli_evaluate()  # --model frazo --model_args path=/tmp/lm/log/inference_graph --tasks ...

The harness is no dependency of Frazo. Install it beside it: `pip install lm-eval`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import frazo
from frazo.proto import search_pb2
from lm_eval.api.instance import Instance
from lm_eval.api.model import LM
from lm_eval.api.registry import register_model

# What the harness gives if a task says nothing.
_MOST_NEW_TOKENS = 256


@register_model("frazo")
class PredictorLM(LM):
    """An exported language model as the harness asks for it."""

    def __init__(self, path: str, **_: Any):
        """Loads the model.

        Args:
          path: The directory that --mode=write_inference_graph wrote.
        """
        super().__init__()
        self._predictor = frazo.Predictor(path)

    def loglikelihood(self, requests: Sequence[Instance]) -> list[tuple[float, bool]]:
        found = self._predictor.loglikelihood([request.args for request in requests])
        return self._kept("loglikelihood", requests, found)

    def loglikelihood_rolling(self, requests: Sequence[Instance]) -> list[float]:
        texts = [request.args[0] for request in requests]
        found = self._predictor.loglikelihood_rolling(texts)
        return self._kept("loglikelihood_rolling", requests, found)

    def generate_until(self, requests: Sequence[Instance]) -> list[str]:
        found = [self._generated(*request.args) for request in requests]
        return self._kept("generate_until", requests, found)

    def _generated(self, prompt: str, settings: Mapping[str, Any]) -> str:
        until = settings.get("until") or []
        (text,) = self._predictor.generate_until(
            [prompt],
            [until] if isinstance(until, str) else until,
            most_new_tokens=settings.get("max_gen_toks", _MOST_NEW_TOKENS),
            search=self._search(settings),
        )
        return text

    def _search(self, settings: Mapping[str, Any]) -> search_pb2.Search:
        """Returns the search that settings ask for, in the words of other frameworks."""
        search = search_pb2.Search(eos_id=self._predictor.search.eos_id)
        if settings.get("do_sample", False) and settings.get("temperature", 1.0) > 0:
            search.sampling.SetInParent()
            for name in ("temperature", "top_k", "top_p"):
                if name in settings:
                    setattr(search.sampling, name, settings[name])
        else:
            search.greedy.SetInParent()
        return search

    def _kept(self, kind: str, requests: Sequence[Instance], found: list) -> list:
        """Returns the answers, which the harness may keep for the next time."""
        for request, answer in zip(requests, found, strict=True):
            self.cache_hook.add_partial(kind, request.args, answer)
        return found
