"""Lingvo's StarNet for KITTI's cars, scaled as detection_training_workload: training steps.

usage: lingvo_detection_training.py

Lingvo's wheel has its StarNet but not the parameters of its models; these are they. Training is its
own train_op, a session call a step.
"""

import lingvo.compat as tf
from detection_training_workload import (
    ANCHORS,
    BLOCKS,
    FIRST_UNITS,
    OFFSET_UNITS,
    OFFSETS,
    OUTPUTS,
    PARAMETERS,
    SCENES,
    TIMED_STEPS,
    WARM_UP_STEPS,
    random_batch,
)
from figures import print_figures
from lingvo.core import base_input_generator, base_model, optimizer, py_utils, schedule
from lingvo.tasks.car import starnet
from matmul_peak import steps_per_second


class ConstantBatch(base_input_generator.BaseInputGenerator):
    """The same cells again and again."""

    def _InputBatch(self):
        batch = random_batch()
        labels = batch["anchor_labels"]
        neighbors = batch["neighbors"]
        scenes, centers, anchors = labels.shape
        return py_utils.NestedMap(
            cell_center_xyz=batch["centers"],
            cell_points_xyz=neighbors[..., :3],
            cell_feature=neighbors[..., 3:],
            cell_points_padding=tf.zeros(neighbors.shape[:3]),
            anchor_bboxes=tf.ones([scenes, centers, anchors, 7]),
            anchor_localization_residuals=batch["anchor_residuals"],
            assigned_gt_labels=labels,
            assigned_cls_mask=tf.ones(labels.shape),
            assigned_reg_mask=tf.cast(labels, tf.float32),
        )


def task_params():
    """StarNetCarModel0701's parameters."""
    params = starnet.ModelV2.Params(
        num_classes=OUTPUTS,
        num_anchor_bboxes_offsets=OFFSETS,
        num_anchor_bboxes_rotations=ANCHORS,
        num_anchor_bboxes_dimensions=1,
    )
    builder = starnet.Builder()
    builder.linear_params_init = py_utils.WeightInit.KaimingUniformFanInRelu()
    widths = [FIRST_UNITS, *(units for _, units in BLOCKS)]
    blocks = [
        [2 * before, hidden, units] for before, (hidden, units) in zip(widths, BLOCKS, strict=False)
    ]
    params.cell_featurizer = builder.GINFeaturizerV2(
        "feat", FIRST_UNITS, blocks, num_laser_features=1, fc_use_bn=False
    )
    params.Set(
        name="starnet",
        cell_feature_dims=sum(widths),
        anchor_projected_feature_dims=OFFSET_UNITS,
        focal_loss_alpha=0.2,
        focal_loss_gamma=3.0,
        loss_weight_localization=3.0,
        location_loss_weight=3.0,
        dimension_loss_weight=0.3,
        rotation_loss_weight=0.3,
        per_class_loss_weight=[0.0, 1.0] + [0.0] * (OUTPUTS - 2),
    )
    params.train.Set(
        optimizer=optimizer.Adam.Params(),
        learning_rate=5e-4,
        lr_schedule=schedule.Constant.Params(),
        clip_gradient_norm_to_value=5.0,
        l2_regularizer_weight=1e-4,
        ema_decay=0.99,
    )
    return params


def main() -> None:
    tf.disable_eager_execution()
    tf.flags.FLAGS(["lingvo_detection_training.py"])
    py_utils.GetOrCreateGlobalStepVar()
    params = base_model.SingleTaskModel.Params(task_params())
    params.input = ConstantBatch.Params().Set(batch_size=SCENES)
    trained = params.Instantiate()
    trained.ConstructFPropBPropGraph()
    sizes = [variable.shape.num_elements() for variable in tf.trainable_variables()]
    assert sum(sizes) == PARAMETERS
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        step = session.make_callable(trained.GetTask().train_op)
        rate = steps_per_second(step, warm_ups=WARM_UP_STEPS, timed=TIMED_STEPS)
    print_figures(rate=rate)


if __name__ == "__main__":
    main()
