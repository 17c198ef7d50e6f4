"""Log-mel features of a minute of sound by kaldi-native-fbank, which has one thread.

What is measured is their computation, not the copying of frame after frame to Python.

usage: kaldi_sound_features.py
"""

import kaldi_native_fbank as kaldi
from figures import print_figures
from sound_workload import BINS, RATE, times_real_time


def compute(samples):
    options = kaldi.FbankOptions()
    options.frame_opts.dither = 0
    options.frame_opts.samp_freq = RATE
    options.mel_opts.num_bins = BINS
    features = kaldi.OnlineFbank(options)
    features.accept_waveform(RATE, samples)
    features.input_finished()
    return features


def main() -> None:
    print_figures(features=times_real_time(compute))


if __name__ == "__main__":
    main()
