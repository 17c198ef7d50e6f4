"""Which jobs this process does."""

import dataclasses
from collections.abc import Sequence

from frazo.config.suggestions import suggestion
from frazo.jobs.errors import UsageError

TRAIN_INPUT = "Train"

_EVALER_PREFIX = "evaler_"


@dataclasses.dataclass(frozen=True)
class Jobs:
    """evaluated: names of inputs, as in the experiment."""

    controller: bool
    trainer: bool
    evaluated: tuple[str, ...]


def local_jobs(input_names: Sequence[str]) -> Jobs:
    """All of them in one process: every input but Train is evaluated."""
    return Jobs(True, True, tuple(sorted(name for name in input_names if name != TRAIN_INPUT)))


def parse_jobs(text: str, input_names: Sequence[str]) -> Jobs:
    """Reads --job. Letter case does not matter. UsageError: an unknown job or input."""
    controller = trainer = False
    evaluated: list[str] = []
    for name in (part.strip() for part in text.split(",")):
        folded = name.casefold()
        if folded == "controller":
            controller = True
        elif folded == "trainer":
            trainer = True
        elif folded.startswith(_EVALER_PREFIX):
            evaluated.append(_input_named(name, input_names))
        else:
            jobs = ["controller", "trainer", *(_EVALER_PREFIX + n.lower() for n in input_names)]
            raise UsageError(
                f'--job={text}: there is no job called "{name}"; '
                f"{suggestion(name, sorted(jobs), 'the jobs are')}"
            )
    return Jobs(controller, trainer, tuple(dict.fromkeys(evaluated)))


def _input_named(job: str, input_names: Sequence[str]) -> str:
    wanted = job[len(_EVALER_PREFIX) :]
    for name in input_names:
        if name.casefold() == wanted.casefold():
            return name
    known = sorted(_EVALER_PREFIX + name.lower() for name in input_names)
    raise UsageError(
        f'--job={job}: the experiment has no input called "{wanted}"; '
        f"{suggestion(job, known, 'its inputs give the jobs')}"
    )
