"""Reads the flag --job, and lists the jobs of a process that has no such flag."""

import re
from collections.abc import Collection, Sequence
from typing import NoReturn

from frazo.config.suggestions import suggestion
from frazo.experiment.job_list import TRAIN_INPUT, Jobs
from frazo.program.errors import UsageError

EVALER_PREFIX = "evaler_"
DECODER_PREFIX = "decoder_"
_ONCE_PREFIX = "evaler_once_"
_SINGLE_JOBS = ("controller", "ps", "trainer", "worker")
_STEP = re.compile(r"[0-9]{1,18}")


def local_jobs(
    input_names: Sequence[str], decoded: Sequence[str], trained: Collection[str] = (TRAIN_INPUT,)
) -> Jobs:
    """Lists the jobs of a single process: it keeps records, trains, evaluates and decodes.

    Args:
      input_names: The inputs of the experiment. All but those of training are evaluated.
      decoded: The inputs that are decoded, from decode.local_inputs.
      trained: The inputs of training.

    Raises:
      UsageError: `decoded` names an input that the experiment doesn't have.
    """
    for name in decoded:
        if name not in input_names:
            raise UsageError(
                f'decode.local_inputs: the experiment has no input called "{name}"; '
                f"{suggestion(name, sorted(input_names), 'its inputs are')}"
            )
    evaluated = tuple(sorted(name for name in input_names if name not in trained))
    return Jobs(True, True, evaluated, tuple(dict.fromkeys(decoded)))


def parse_jobs(text: str, input_names: Sequence[str], origin: str = "") -> Jobs:
    """Reads the value of --job; upper and lower case are equal.

    Args:
      text: Names of jobs, separated by commas.
      input_names: The inputs of the experiment.
      origin: Where the text was written, for errors. Default: --job=TEXT.

    Raises:
      UsageError: There is no such job or no such input, or a job that ends at once is not alone.
    """
    names = _Names(origin or f"--job={text}", input_names)
    for name in (part.strip() for part in text.split(",")):
        names.add(name)
    return names.jobs()


class _Names:
    """The jobs that were named so far."""

    def __init__(self, origin: str, input_names: Sequence[str]):
        self._origin = origin
        self._input_names = input_names
        self._single: set[str] = set()
        self._scored: dict[str, list[str]] = {EVALER_PREFIX: [], DECODER_PREFIX: []}
        self._once: dict[str, int] = {}

    def add(self, name: str) -> None:
        folded = name.casefold()
        if folded in _SINGLE_JOBS:
            self._single.add(folded)
        elif folded.startswith(_ONCE_PREFIX) and ("@" in name or not self._is_input(name)):
            self._add_once(name)
        elif prefix := next((p for p in self._scored if folded.startswith(p)), None):
            self._scored[prefix].append(self._input_named(name, prefix, name))
        else:
            known = sorted(
                [*_SINGLE_JOBS, *(p + n.lower() for p in self._scored for n in self._input_names)]
            )
            self._fail(
                f'there is no job called "{name}"; {suggestion(name, known, "the jobs are")}'
            )

    def jobs(self) -> Jobs:
        evaluated, decoded = (tuple(dict.fromkeys(names)) for names in self._scored.values())
        only_step = None
        if self._once:
            steps = sorted(set(self._once.values()))
            if self._single or evaluated or decoded or len(steps) > 1:
                self._fail(
                    "evaler_once_NAME@STEP evaluates the checkpoint of one step and ends; give it a "
                    "process of its own"
                )
            evaluated, only_step = tuple(self._once), steps[0]
        return Jobs(
            "controller" in self._single,
            "trainer" in self._single,
            evaluated,
            decoded,
            "worker" in self._single,
            "ps" in self._single,
            only_step,
        )

    def _is_input(self, name: str) -> bool:
        """Returns whether evaler_once_x is the evaler of an input named once_x."""
        wanted = name[len(EVALER_PREFIX) :].casefold()
        return any(wanted == known.casefold() for known in self._input_names)

    def _add_once(self, name: str) -> None:
        # The name of an input may have underscores and @.
        job, at, step = name.rpartition("@")
        if not at or not _STEP.fullmatch(step):
            self._fail(f'"{name}": expected evaler_once_NAME@STEP, such as evaler_once_test@1000')
        self._once[self._input_named(job, _ONCE_PREFIX, name)] = int(step)

    def _input_named(self, job: str, prefix: str, name: str) -> str:
        wanted = job[len(prefix) :]
        for known in self._input_names:
            if known.casefold() == wanted.casefold():
                return known
        jobs = sorted(prefix + known.lower() for known in self._input_names)
        origin = f"--job={name}" if self._origin.startswith("--job=") else self._origin
        raise UsageError(
            f'{origin}: the experiment has no input called "{wanted}"; '
            f"{suggestion(job, jobs, 'its inputs give the jobs')}"
        )

    def _fail(self, problem: str) -> NoReturn:
        raise UsageError(f"{self._origin}: {problem}")
