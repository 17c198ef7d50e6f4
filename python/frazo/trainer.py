"""`python -m frazo.trainer` runs the trainer, as the command frazo-train does."""

import runpy

if __name__ == "__main__":
    runpy.run_module("frazo.jobs.trainer", run_name="__main__", alter_sys=True)
