"""Padded batches of log-mel features from FLAC records, through frazo.Pipeline.

usage: frazo_sound_batches.py FOLDER
"""

import sys

from figures import print_figures
from frazo.pipeline import Pipeline
from sound_workload import BINS, RATE
from utterance_workload import BOUNDS, LIMITS, times_real_time


def make_batches(folder: str, *, epochs: int | None = None) -> Pipeline:
    """Makes batches of utterances.tfrecord in FOLDER, without end unless `epochs` is given."""
    return Pipeline(
        f"""
        source {{
          files {{
            files {{ patterns: "{folder}/utterances.tfrecord" }}
            {f"epochs: {epochs}" if epochs else ""}
          }}
        }}
        processor {{
          raw {{ name: "audio" }}
          steps {{ decode_audio {{ field: "audio" output: "samples" sample_rate: {RATE} }} }}
          steps {{
            log_mel {{
              field: "samples"
              output: "frames"
              log_mel {{ sample_rate: {RATE} num_bins: {BINS} spectrum: POWER }}
            }}
          }}
          steps {{ drop {{ field: "audio" }} }}
          steps {{ drop {{ field: "samples" }} }}
        }}
        batcher {{
          buckets {{
            length_of: "frames"
            bounds: {list(BOUNDS)}
            limits {{ examples: {list(LIMITS)} }}
          }}
        }}
        """
    )


def main() -> None:
    (folder,) = sys.argv[1:]
    print_figures(sound_batches=times_real_time(make_batches(folder).__next__))


if __name__ == "__main__":
    main()
