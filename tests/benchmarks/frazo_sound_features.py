"""Log-mel features of a minute of sound, on one thread.

usage: frazo_sound_features.py
"""

from figures import print_figures
from frazo import _core
from frazo.proto import log_mel_pb2
from sound_workload import BINS, times_real_time


def main() -> None:
    config = log_mel_pb2.LogMel(num_bins=BINS, spectrum=log_mel_pb2.LogMel.POWER)
    frontend = _core.LogMelFrontend(config.SerializeToString())
    print_figures(features=times_real_time(frontend.compute))


if __name__ == "__main__":
    main()
