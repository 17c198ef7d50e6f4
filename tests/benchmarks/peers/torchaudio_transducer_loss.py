"""Losses of a transducer and their gradients by the logits, by torchaudio on the CPU.

usage: torchaudio_transducer_loss.py
"""

import os

import torch
from figures import print_figures
from torchaudio.functional import rnnt_loss
from transducer_workload import SIZES, make_lattices, utterances_per_second


def make_compute(lattices):
    """Returns what computes the losses and the gradient."""
    logits, labels, frames, label_lengths = (torch.from_numpy(each) for each in lattices)
    logits.requires_grad_()

    def compute():
        logits.grad = None
        losses = rnnt_loss(logits, labels, frames, label_lengths, blank=-1, reduction="none")
        losses.sum().backward()
        return losses.detach().numpy(), logits.grad.numpy()

    return compute


def main() -> None:
    torch.set_num_threads(len(os.sched_getaffinity(0)))
    print_figures(
        **{
            name: utterances_per_second(make_compute(make_lattices(*sizes)), sizes[0])
            for name, sizes in SIZES.items()
        }
    )


if __name__ == "__main__":
    main()
