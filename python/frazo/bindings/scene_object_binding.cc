#include "python/frazo/bindings/scene_object_binding.h"

#include <nanobind/ndarray.h>
#include <nanobind/stl/array.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "core/boxes/box.h"
#include "core/boxes/points_in_boxes.h"
#include "core/boxes/separate_boxes.h"
#include "core/detection/anchors/anchor_assignment.h"
#include "core/detection/anchors/anchor_boxes.h"
#include "core/detection/anchors/assigned_residuals.h"
#include "core/detection/scene/scene.h"
#include "core/points/point.h"
#include "frazo/proto/anchors.pb.h"
#include "python/frazo/bindings/owned_array.h"
#include "python/frazo/bindings/status_exceptions.h"

namespace nb = nanobind;
using namespace nb::literals;

namespace frazo::bindings {
namespace {

using boxes::Box;
using points::Point;

constexpr char kCropBoxesDoc[] = R"(Finds the points inside of each box; see frazo.geometry.

Args:
  points: float32 [P, 3].
  boxes: float64 [M, 7].
  threads: Number of threads; at least 1.

Returns:
  (int64 [M], int32 [points of all boxes]): where the points of each box end among the indices.)";

constexpr char kSeparateBoxesDoc[] = R"(Chooses boxes that meet no others; see frazo.geometry.

Args:
  boxes: float64 [M, 7].
  candidates: float64 [N, 7].
  count: Most candidates that are chosen.

Returns:
  int64 [chosen].)";

constexpr char kAssignAnchorsDoc[] = R"(Assigns boxes to anchors; see frazo.geometry.

Args:
  centers: float32 [C, 3].
  anchors: (x offsets, y offsets, z offsets, rotations).
  sizes: Length, width and height of each size.
  boxes: float64 [M, 7].
  classes: int64 [M].
  foreground_iou: From which IoU an anchor stands for a box.
  background_iou: Up to which IoU an anchor is background.

Returns:
  (labels int32 [C, A], residuals float32 [C, A, 7], ious float64 [C, A]).

Raises:
  InvalidArgumentError: A box or an anchor takes no space, a list is empty, or a number is out of
    its range.)";

using Boxes = nb::ndarray<const double, nb::shape<-1, 7>, nb::c_contig, nb::device::cpu>;
using Points = nb::ndarray<const float, nb::shape<-1, 3>, nb::c_contig, nb::device::cpu>;
using Classes = nb::ndarray<const int64_t, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
using Indices = nb::ndarray<nb::numpy, int64_t, nb::ndim<1>, nb::c_contig>;
using PointIndices = nb::ndarray<nb::numpy, int32_t, nb::ndim<1>, nb::c_contig>;
using Labels = nb::ndarray<nb::numpy, int32_t, nb::ndim<2>, nb::c_contig>;
using Residuals = nb::ndarray<nb::numpy, float, nb::ndim<3>, nb::c_contig>;
using Ious = nb::ndarray<nb::numpy, double, nb::ndim<2>, nb::c_contig>;

std::vector<Box> ToBoxes(const Boxes& boxes) {
  const double* next = boxes.data();
  std::vector<Box> made(boxes.shape(0));
  for (Box& box : made) {
    box = {next[0], next[1], next[2], next[3], next[4], next[5], next[6]};
    next += 7;
  }
  return made;
}

std::vector<Point> ToPoints(const Points& points) {
  const float* next = points.data();
  std::vector<Point> made(points.shape(0));
  for (Point& point : made) {
    point = {next[0], next[1], next[2]};
    next += 3;
  }
  return made;
}

std::tuple<Indices, PointIndices> CropBoxes(const Points& points, const Boxes& boxes, int threads) {
  boxes::BoxCrops crops = ValueOrRaise(
      Unlocked([&] { return boxes::CropBoxes(ToPoints(points), ToBoxes(boxes), threads); }));
  const size_t count = crops.indices.size();
  return {ToArray<Indices>(std::move(crops.ends), {boxes.shape(0)}),
          ToArray<PointIndices>(std::move(crops.indices), {count})};
}

Indices SeparateBoxes(const Boxes& boxes, const Boxes& candidates, int64_t count) {
  std::vector<int64_t> chosen =
      Unlocked([&] { return boxes::SeparateBoxes(ToBoxes(boxes), ToBoxes(candidates), count); });
  const size_t size = chosen.size();
  return ToArray<Indices>(std::move(chosen), {size});
}

using AnchorLists = std::array<std::vector<float>, 4>;
using AnchorSizes = std::vector<std::array<float, 3>>;

detection::AnchorBoxes MakeAnchors(const AnchorLists& lists, const AnchorSizes& sizes) {
  Anchors config;
  config.mutable_x_offsets()->Add(lists[0].begin(), lists[0].end());
  config.mutable_y_offsets()->Add(lists[1].begin(), lists[1].end());
  config.mutable_z_offsets()->Add(lists[2].begin(), lists[2].end());
  config.mutable_rotations()->Add(lists[3].begin(), lists[3].end());
  for (const auto& [length, width, height] : sizes) {
    Anchors::Size* const size = config.add_sizes();
    size->set_length(length);
    size->set_width(width);
    size->set_height(height);
  }
  return ValueOrRaise(detection::AnchorBoxes::Create("anchors", config));
}

std::vector<detection::SceneObject> MakeObjects(const Boxes& boxes, const Classes& classes) {
  if (boxes.shape(0) != classes.shape(0)) {
    RaiseIfError(absl::InvalidArgumentError(
        absl::StrCat("there are ", classes.shape(0), " classes for ", boxes.shape(0), " boxes")));
  }
  std::vector<detection::SceneObject> objects(boxes.shape(0));
  const std::vector<Box> made = ToBoxes(boxes);
  for (size_t i = 0; i < objects.size(); ++i) {
    if (!IsProper(made[i])) {
      RaiseIfError(absl::InvalidArgumentError(absl::StrCat(
          "box ", i, " takes no space; its numbers must be finite and its sizes above 0")));
    }
    if (classes.data()[i] < 0 || classes.data()[i] > INT32_MAX) {
      RaiseIfError(absl::InvalidArgumentError(absl::StrCat(
          "box ", i, " has the class ", classes.data()[i], "; expected 0, for none, or above")));
    }
    objects[i].box = made[i];
    objects[i].model_class = static_cast<int32_t>(classes.data()[i]);
  }
  return objects;
}

std::tuple<Labels, Residuals, Ious> AssignAnchors(
    const Points& centers, const std::tuple<AnchorLists, AnchorSizes>& anchors, const Boxes& boxes,
    const Classes& classes, const detection::AssignmentThresholds& thresholds) {
  const detection::AnchorBoxes made = MakeAnchors(std::get<0>(anchors), std::get<1>(anchors));
  const std::vector<detection::SceneObject> objects = MakeObjects(boxes, classes);
  const size_t center_count = centers.shape(0);
  const auto anchor_count = static_cast<size_t>(made.size());
  std::vector<float> residuals(center_count * anchor_count * 7);
  detection::AnchorAssignment assignment = Unlocked([&] {
    const std::vector<Point> places = ToPoints(centers);
    detection::AnchorAssignment found = detection::AssignAnchors(places, made, objects, thresholds);
    detection::EncodeAssigned(places, made, objects, found, absl::MakeSpan(residuals));
    return found;
  });
  return {ToArray<Labels>(std::move(assignment.labels), {center_count, anchor_count}),
          ToArray<Residuals>(std::move(residuals), {center_count, anchor_count, 7}),
          ToArray<Ious>(std::move(assignment.ious), {center_count, anchor_count})};
}

}  // namespace

void BindSceneObjects(nb::module_& module) {
  module.def("crop_boxes", &CropBoxes, "points"_a, "boxes"_a, nb::kw_only(), "threads"_a,
             kCropBoxesDoc);
  module.def("separate_boxes", &SeparateBoxes, "boxes"_a, "candidates"_a, nb::kw_only(), "count"_a,
             kSeparateBoxesDoc);
  module.def(
      "assign_anchors",
      [](const Points& centers, const AnchorLists& anchors, const AnchorSizes& sizes,
         const Boxes& boxes, const Classes& classes, double foreground_iou, double background_iou) {
        return AssignAnchors(centers, {anchors, sizes}, boxes, classes,
                             {foreground_iou, background_iou});
      },
      "centers"_a, nb::kw_only(), "anchors"_a, "sizes"_a, "boxes"_a, "classes"_a,
      "foreground_iou"_a, "background_iou"_a, kAssignAnchorsDoc);
}

}  // namespace frazo::bindings
