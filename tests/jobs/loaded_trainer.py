"""Loads what trainers run, before they are forked. None of it may start a thread."""

from frazo.program.tensorflow_start import start_tensorflow

start_tensorflow()

from frazo.jobs import cluster_job, run_jobs, trainer  # noqa: E402, F401
