"""The task of detecting objects in clouds of points."""

from collections.abc import Mapping

import tensorflow as tf
from frazo.input.input_texts import InputTexts
from frazo.layers.place import Place
from frazo.layers.step_context import StepContext
from frazo.learn.loss import Loss
from frazo.models.star_net import StarNet, StarNetOutput, StarNetSizes
from frazo.proto import point_detection_pb2, prepare_scene_pb2
from frazo.registry import register
from frazo.tasks.car.anchor_boxes import anchor_boxes, at_centers, num_offsets
from frazo.tasks.car.box_errors import box_errors
from frazo.tasks.car.box_residuals import boxes_of_residuals, facing
from frazo.tasks.car.detection_decoder import DetectionDecoder
from frazo.tasks.car.detection_loss import AnchorTargets, DetectionLosses, detection_losses
from frazo.tasks.car.detection_scores import headlines
from frazo.tasks.car.detection_servable import DetectionServable
from frazo.tasks.car.detections import Detections, best_detections
from frazo.tasks.decoder import Decoder
from frazo.tasks.servable import Servable
from frazo.tasks.task import EvalOutput, Task, WeightedMetrics

# What a network sees, and what its outputs are compared with in training.
CENTERS, NEIGHBORS, COUNTS = "centers", "neighbors", "neighbor_counts"
_LABELS, _RESIDUALS = "anchor_labels", "anchor_residuals"
_FEATURES = (CENTERS, NEIGHBORS, COUNTS, _LABELS, _RESIDUALS)


@register(point_detection_pb2.PointDetection)
class PointDetection(Task):
    """Boxes and classes from the points around centres, relative to anchors.

    The batches have centers, float32 [batch, centres, 3]; neighbors, float32 [batch, centres,
    points, 3 + features], the places of points relative to their centre and what else is known of
    them, real points first; neighbor_counts, int32 [batch, centres], the number of real points;
    anchor_labels, int32 [batch, centres, anchors], a class from 1, 0 for background and -1 for what
    counts neither way; anchor_residuals, float32 [batch, centres, anchors, 7].

    The loss is a mean over scenes. Anchors of a centre without a point do not count.
    """

    def __init__(
        self,
        message: point_detection_pb2.PointDetection,
        place: Place,
        *,
        input_spec: Mapping[str, tf.TensorSpec],
    ):
        """Makes the layers.

        Args:
          message: The message.
          place: The root of the model.
          input_spec: The features of the batches.

        Raises:
          ValueError: The batches lack a feature, or have other anchors than the message.
        """
        super().__init__(message, place, input_spec=input_spec)
        self.headline = (*headlines(message.classes[0].name), "loss")
        for name in _FEATURES:
            if name not in input_spec:
                raise ValueError(
                    f"point_detection: the batches have no feature '{name}', but "
                    f"{', '.join(sorted(input_spec))}. A prepare_scene step makes it."
                )
        self.anchors = anchor_boxes(message.anchors)
        found = input_spec[_LABELS].shape[-1]
        if found not in (None, len(self.anchors)):
            raise ValueError(
                f"point_detection: a centre has {found} anchors in the batches, but "
                f"{len(self.anchors)} in task.point_detection.anchors. Give the prepare_scene step "
                "the same ones."
            )
        offsets = num_offsets(message.anchors)
        sizes = StarNetSizes(
            offsets,
            len(self.anchors) // offsets,
            len(message.classes) + message.unused_outputs,
            message.loss.direction_aware,
        )
        points = input_spec[NEIGHBORS].shape
        shape = (None, points[2], points[3])
        # x, y and z come first.
        self._num_features = points[3] - 3
        self.network = StarNet(message.network, place.at("network", shape), sizes=sizes)

    def loss(
        self, batch: Mapping[str, tf.Tensor], context: StepContext
    ) -> tuple[Loss, WeightedMetrics]:
        return self._losses(batch, self.output(batch, context))

    def num_examples(self, batch: Mapping[str, tf.Tensor]) -> tf.Tensor:
        return tf.shape(batch[CENTERS], tf.int64)[0]

    def evaluate(self, batch: Mapping[str, tf.Tensor], context: StepContext) -> EvalOutput:
        output = self.output(batch, context)
        loss, metrics = self._losses(batch, output)
        anchors = at_centers(self.anchors, batch[CENTERS])
        targets = self._targets(batch)
        errors = box_errors(
            boxes_of_residuals(self._residuals(output), anchors),
            boxes_of_residuals(targets.residuals, anchors),
            targets.is_object,
        )
        return EvalOutput({"loss": (loss.mean, loss.weight), **metrics, **errors}, examples={})

    def check_input(self, texts: InputTexts) -> list[str]:
        """Checks that the input has the classes and the anchors of the task.

        Raises:
          ValueError: It has others.
        """
        scene = _scene_of(texts)
        if scene is None:
            return []
        names = [each.name for each in self.message.classes]
        if list(scene.model_classes) != names:
            raise ValueError(
                f"model_classes of prepare_scene are {', '.join(scene.model_classes)}, but the classes of "
                f"task.point_detection are {', '.join(names)}. Give both the same ones, in the same order."
            )
        if scene.HasField("targets") and scene.targets.anchors != self.message.anchors:
            raise ValueError(
                "the anchors of prepare_scene.targets are others than those of task.point_detection. Give "
                "both the same ones."
            )
        return []

    def detect(self, batch: Mapping[str, tf.Tensor]) -> Detections:
        """Returns the objects of a batch, which needs centers, neighbors and neighbor_counts."""
        output = self.output(batch, StepContext.for_evaluation(seed=0))
        num_classes = len(self.message.classes)
        scores = tf.sigmoid(output.logits[..., :num_classes])
        has_points = batch[COUNTS][..., tf.newaxis, tf.newaxis] > 0
        anchors = at_centers(self.anchors, batch[CENTERS])
        boxes = boxes_of_residuals(self._residuals(output), anchors)
        scenes = tf.shape(scores)[0]
        return best_detections(
            tf.reshape(boxes, [scenes, -1, boxes.shape[-1]]),
            tf.reshape(tf.where(has_points, scores, 0), [scenes, -1, num_classes]),
            self.message.classes,
        )

    def decoder(self, texts: InputTexts) -> Decoder:
        scene = _scene_of(texts)
        if scene is None:
            raise ValueError(
                "point_detection: nothing says which class names the labels of objects stand for. Let "
                "a prepare_scene step make the batches."
            )
        return DetectionDecoder(self.detect, self.message, scene.class_names)

    def servable(self, texts: InputTexts) -> Servable:
        scene = _scene_of(texts)
        if scene is None:
            raise ValueError(
                "point_detection: nothing says how cells come from points. Let a prepare_scene step "
                "make the batches."
            )
        return DetectionServable(self, scene, self._num_features)

    def output(self, batch: Mapping[str, tf.Tensor], context: StepContext) -> StarNetOutput:
        """Returns what the network says of the anchors of a batch."""
        neighbors = tf.cast(batch[NEIGHBORS], self.place.compute_dtype)
        return self.network(neighbors, batch[COUNTS], context)

    def _residuals(self, output: StarNetOutput) -> tf.Tensor:
        if output.directions is None:
            return output.residuals
        return facing(output.residuals, output.directions)

    def _targets(self, batch: Mapping[str, tf.Tensor]) -> AnchorTargets:
        has_points = batch[COUNTS][..., tf.newaxis] > 0
        return AnchorTargets(tf.where(has_points, batch[_LABELS], -1), batch[_RESIDUALS])

    def _losses(
        self, batch: Mapping[str, tf.Tensor], output: StarNetOutput
    ) -> tuple[Loss, WeightedMetrics]:
        message = self.message.loss
        class_weights = tf.constant([each.loss_weight for each in self.message.classes])
        parts = detection_losses(output, self._targets(batch), message, class_weights)
        scenes = tf.cast(self.num_examples(batch), tf.float32)
        weighted = DetectionLosses(
            classification=message.classification_weight * parts.classification,
            location=message.regression_weight * message.location_weight * parts.location,
            size=message.regression_weight * message.size_weight * parts.size,
            heading=message.regression_weight * message.heading_weight * parts.heading,
            direction=message.regression_weight * message.direction_weight * parts.direction,
        )
        regression = weighted.location + weighted.size + weighted.heading + weighted.direction
        totals = {
            "loss/classification": weighted.classification,
            "loss/regression": regression,
            "loss/regression/loc": weighted.location,
            "loss/regression/dim": weighted.size,
            "loss/regression/rot": weighted.heading,
            "loss/regression/direction": weighted.direction,
        }
        metrics = {name: (total / scenes, scenes) for name, total in totals.items()}
        metrics["num_examples_in_batch"] = (scenes, tf.ones([]))
        return Loss(weighted.classification + regression, scenes), metrics


def _scene_of(texts: InputTexts) -> prepare_scene_pb2.PrepareScene | None:
    """Returns the step that makes an input's batches."""
    for step in texts.steps():
        if step.HasField("prepare_scene"):
            return step.prepare_scene
    return None
