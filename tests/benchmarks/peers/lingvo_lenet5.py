"""Lingvo's LeNet5 for lingvo.trainer, as --model=lingvo_lenet5.LeNet5.

Lingvo's wheel has its classifier and its MNIST reader but not the parameters of its models; these
are they, from the published architecture (5 x 5 convolutions of 20 and 50 channels, each with max
pooling by 2 and dropout 0.2; 300 hidden units; softmax over 10 digits; 763,810 parameters).

Environment: LENET5_IMAGES is a checkpoint with the tensors x_train and y_train, LENET5_NUM_IMAGES
how many images it holds.
"""

import os

from lingvo import model_registry
from lingvo.core import base_model_params
from lingvo.tasks.image import classifier, input_generator

# Seconds and steps that the measured run never reaches: Lingvo's time is without checkpoints and
# summaries.
_NEVER = 10**6


@model_registry.RegisterSingleTaskModel
class LeNet5(base_model_params.SingleTaskModelParams):
    def Train(self):
        return input_generator.MnistTrainInput.Params().Set(
            ckpt=os.environ["LENET5_IMAGES"],
            num_samples=int(os.environ["LENET5_NUM_IMAGES"]),
            batch_size=256,
        )

    def Task(self):
        params = classifier.ModelV1.Params().Set(
            name="lenet5",
            filter_shapes=[(5, 5, 1, 20), (5, 5, 20, 50)],
            window_shapes=[(2, 2), (2, 2)],
            dropout_prob=0.2,
        )
        params.softmax.Set(input_dim=300, num_classes=10)
        params.train.Set(save_interval_seconds=_NEVER, summary_interval_steps=_NEVER)
        return params
