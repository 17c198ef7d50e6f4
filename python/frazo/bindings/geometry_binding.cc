#include "python/frazo/bindings/geometry_binding.h"

#include <nanobind/ndarray.h>
#include <nanobind/stl/array.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
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
#include "core/boxes/box_iou.h"
#include "core/boxes/oriented_nms.h"
#include "core/boxes/pairwise_iou.h"
#include "core/boxes/points_in_boxes.h"
#include "core/points/farthest_points.h"
#include "core/points/neighbor_features.h"
#include "core/points/neighbor_grid.h"
#include "core/points/point.h"
#include "core/points/point_grid.h"
#include "core/points/uniform_points.h"
#include "python/frazo/bindings/owned_array.h"
#include "python/frazo/bindings/status_exceptions.h"

namespace nb = nanobind;
using namespace nb::literals;

namespace frazo::bindings {
namespace {

using boxes::Box;
using boxes::IouView;
using points::NeighborSampling;
using points::Point;

constexpr char kPairwiseIouDoc[] = R"(Computes the IoU of each box with each; see frazo.geometry.

Args:
  boxes_a: float64 [N, 7].
  boxes_b: float64 [M, 7].
  birds_eye: Whether areas are compared, not volumes.
  threads: Number of threads; at least 1.

Returns:
  float64 [N, M].)";

constexpr char kOrientedNmsDoc[] =
    R"(Suppresses overlapping boxes of each class; see frazo.geometry.

Args:
  boxes: float64 [N, 7].
  scores: float32 [N, K].
  classes: iou_threshold, score_threshold and max_kept of each of the K classes.
  birds_eye: Whether areas are compared, not volumes.
  threads: Number of threads; at least 1.

Returns:
  For each class int64 [kept], the indices of its boxes.)";

constexpr char kFarthestPointsDoc[] = R"(Chooses points far from each other; see frazo.geometry.

Args:
  points: float32 [P, 3].
  is_candidate: uint8 [P], or [0] if all points are candidates.
  count: Number of points.
  starts: int64 [starts], the points chosen first.
  seed: Of the first point, if there are no starts.

Returns:
  int64 [chosen].)";

constexpr char kUniformPointsDoc[] = R"(Draws points; see frazo.geometry.

Args:
  points: float32 [P, 3].
  is_candidate: uint8 [P], or [0] if all points are candidates.
  count: Number of points.
  seed: Of the draws.

Returns:
  int64 [chosen].)";

constexpr char kFindNeighborsDoc[] = R"(Finds the points around centres; see frazo.geometry.

Args:
  points: float32 [P, 3].
  centers: float32 [C, 3].
  radius: In metres.
  count: Most neighbours of a centre.
  closest: Whether the closest are taken, not a random set.
  seed: Of the random sets.
  threads: Number of threads; at least 1.

Returns:
  int64 [C, count], -1 behind the last neighbour.)";

constexpr char kGatherNeighborsDoc[] = R"(Gathers the points around centres; see frazo.geometry.

Args:
  points: float32 [P, 3 + F].
  centers: float32 [C, 3].
  radius, count, closest, seed, threads: As in find_neighbors.

Returns:
  (float32 [C, count, 3 + F], int32 [C]).)";

constexpr char kPointsInBoxesDoc[] = R"(Finds the points inside of boxes; see frazo.geometry.

Args:
  points: float32 [P, 3].
  boxes: float64 [M, 7].
  threads: Number of threads; at least 1.

Returns:
  (int32 [M], int32 [P]).)";

constexpr char kPointsToGridDoc[] = R"(Sorts points into the cells of a grid; see frazo.geometry.

Args:
  points: float32 [P, 3 + F].
  limits: Least and greatest x, y and z.
  cells: Number of cells along x, y and z.
  points_per_cell: Most points of a cell.
  seed: Of the random sets.

Returns:
  (float32 [cells, points_per_cell, 3 + F], int32 [cells]), x outermost.)";

using Boxes = nb::ndarray<const double, nb::shape<-1, 7>, nb::c_contig, nb::device::cpu>;
using Points = nb::ndarray<const float, nb::shape<-1, 3>, nb::c_contig, nb::device::cpu>;
using Rows = nb::ndarray<const float, nb::ndim<2>, nb::c_contig, nb::device::cpu>;
using Flags = nb::ndarray<const uint8_t, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
using Starts = nb::ndarray<const int64_t, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
using Matrix = nb::ndarray<nb::numpy, double, nb::ndim<2>, nb::c_contig>;
using Indices = nb::ndarray<nb::numpy, int64_t, nb::ndim<1>, nb::c_contig>;
using NeighborIndices = nb::ndarray<nb::numpy, int64_t, nb::ndim<2>, nb::c_contig>;
using Features = nb::ndarray<nb::numpy, float, nb::ndim<3>, nb::c_contig>;
using Counts = nb::ndarray<nb::numpy, int32_t, nb::ndim<1>, nb::c_contig>;

std::vector<Box> ToBoxes(const Boxes& boxes) {
  std::vector<Box> made(boxes.shape(0));
  const double* next = boxes.data();
  for (Box& box : made) {
    box = {next[0], next[1], next[2], next[3], next[4], next[5], next[6]};
    next += 7;
  }
  return made;
}

// Rows have 3 numbers or more.
std::vector<Point> ToPoints(const float* next, size_t count, size_t width) {
  std::vector<Point> points(count);
  for (Point& point : points) {
    point = {next[0], next[1], next[2]};
    next += width;
  }
  return points;
}

std::vector<Point> ToPoints(const Points& points) {
  return ToPoints(points.data(), points.shape(0), 3);
}

IouView ToView(bool birds_eye) { return birds_eye ? IouView::kBirdsEye : IouView::k3d; }

NeighborSampling ToSampling(bool closest) {
  return closest ? NeighborSampling::kClosest : NeighborSampling::kUniform;
}

Indices ToIndices(std::vector<int64_t> indices) {
  const size_t size = indices.size();
  return ToArray<Indices>(std::move(indices), {size});
}

void CheckWidth(const Rows& points) {
  if (points.shape(1) >= 3) return;
  RaiseIfError(absl::InvalidArgumentError(absl::StrCat(
      "points have ", points.shape(1), " numbers each; expected x, y, z and features")));
}

void CheckCount(int64_t count) {
  if (count >= 0) return;
  RaiseIfError(
      absl::InvalidArgumentError(absl::StrCat("count is ", count, " but must be at least 0")));
}

Matrix PairwiseIou(const Boxes& boxes_a, const Boxes& boxes_b, bool birds_eye, int threads) {
  std::vector<double> iou(boxes_a.shape(0) * boxes_b.shape(0));
  RaiseIfError(Unlocked([&] {
    return boxes::PairwiseIou(ToBoxes(boxes_a), ToBoxes(boxes_b), ToView(birds_eye), threads,
                              absl::MakeSpan(iou));
  }));
  return ToArray<Matrix>(std::move(iou), {boxes_a.shape(0), boxes_b.shape(0)});
}

nb::typed<nb::list, Indices> OrientedNms(
    const Boxes& boxes, const Rows& scores,
    const std::vector<std::tuple<double, double, int64_t>>& classes, bool birds_eye, int threads) {
  std::vector<boxes::ClassNms> settings;
  for (const auto& [iou_threshold, score_threshold, max_kept] : classes) {
    settings.push_back({iou_threshold, score_threshold, max_kept});
  }
  if (scores.shape(1) != settings.size()) {
    RaiseIfError(absl::InvalidArgumentError(absl::StrCat(
        "there are scores of ", scores.shape(1), " classes and settings of ", settings.size())));
  }
  std::vector<std::vector<int64_t>> kept = ValueOrRaise(Unlocked([&] {
    return boxes::SuppressNonMaxima(ToBoxes(boxes), {scores.data(), scores.size()}, settings,
                                    ToView(birds_eye), threads);
  }));
  nb::typed<nb::list, Indices> lists;
  for (std::vector<int64_t>& indices : kept) lists.append(ToIndices(std::move(indices)));
  return lists;
}

Indices FarthestPoints(const Points& points, const Flags& is_candidate, int64_t count,
                       const Starts& starts, uint64_t seed) {
  return ToIndices(ValueOrRaise(Unlocked([&] {
    return points::FarthestPoints(ToPoints(points), {is_candidate.data(), is_candidate.size()},
                                  {count, {starts.data(), starts.size()}, seed});
  })));
}

Indices UniformPoints(const Points& points, const Flags& is_candidate, int64_t count,
                      uint64_t seed) {
  return ToIndices(ValueOrRaise(Unlocked([&] {
    return points::UniformPoints(ToPoints(points), {is_candidate.data(), is_candidate.size()},
                                 count, seed);
  })));
}

NeighborIndices FindNeighbors(const Points& points, const Points& centers,
                              const points::NeighborChoice& choice, int threads) {
  CheckCount(choice.count);
  std::vector<int64_t> neighbors(centers.shape(0) * choice.count);
  RaiseIfError(Unlocked([&] {
    const auto grid = points::NeighborGrid::Create(ToPoints(points), {}, choice.radius);
    if (!grid.ok()) return grid.status();
    const absl::Span<int64_t> places = absl::MakeSpan(neighbors);
    return choice.sampling == NeighborSampling::kClosest
               ? grid->FindClosest(ToPoints(centers), choice.count, threads, places)
               : grid->FindUniform(ToPoints(centers), choice.count, choice.seed, threads, places);
  }));
  return ToArray<NeighborIndices>(std::move(neighbors),
                                  {centers.shape(0), static_cast<size_t>(choice.count)});
}

std::tuple<Features, Counts> GatherNeighbors(const Rows& points, const Points& centers,
                                             const points::NeighborChoice& choice, int threads) {
  CheckWidth(points);
  CheckCount(choice.count);
  const size_t width = points.shape(1);
  const size_t center_count = centers.shape(0);
  std::vector<float> features(center_count * choice.count * width);
  std::vector<int32_t> counts(center_count);
  RaiseIfError(Unlocked([&] {
    const std::vector<Point> places = ToPoints(points.data(), points.shape(0), width);
    absl::Span<const float> numbers(points.data(), points.size());
    numbers.remove_prefix(std::min<size_t>(numbers.size(), 3));
    const int64_t stride = static_cast<int64_t>(width);
    return points::GatherNeighborFeatures({places, numbers, stride - 3, stride}, ToPoints(centers),
                                          choice, threads,
                                          {absl::MakeSpan(features), absl::MakeSpan(counts)});
  }));
  return {ToArray<Features>(std::move(features),
                            {center_count, static_cast<size_t>(choice.count), width}),
          ToArray<Counts>(std::move(counts), {center_count})};
}

std::tuple<Counts, Counts> PointsInBoxes(const Points& points, const Boxes& boxes, int threads) {
  std::vector<int32_t> counts(boxes.shape(0));
  std::vector<int32_t> first_boxes(points.shape(0));
  RaiseIfError(Unlocked([&] {
    return boxes::PointsInBoxes(ToPoints(points), ToBoxes(boxes), threads,
                                {absl::MakeSpan(counts), absl::MakeSpan(first_boxes)});
  }));
  return {ToArray<Counts>(std::move(counts), {boxes.shape(0)}),
          ToArray<Counts>(std::move(first_boxes), {points.shape(0)})};
}

std::tuple<Features, Counts> PointsToGrid(const Rows& points, const std::array<double, 6>& limits,
                                          const std::array<int64_t, 3>& cells,
                                          int64_t points_per_cell, uint64_t seed) {
  CheckWidth(points);
  points::PointGrid grid;
  for (size_t k = 0; k < 3; ++k) grid.axes[k] = {limits[2 * k], limits[2 * k + 1], cells[k]};
  grid.points_per_cell = points_per_cell;
  grid.seed = seed;
  RaiseIfError(grid.Check());
  const size_t count = grid.CellCount();
  const size_t width = points.shape(1);
  std::vector<float> rows(count * points_per_cell * width);
  std::vector<int32_t> counts(count);
  RaiseIfError(Unlocked([&] {
    return points::FillPointGrid({{points.data(), points.size()}, static_cast<int64_t>(width)},
                                 grid, {absl::MakeSpan(rows), absl::MakeSpan(counts)});
  }));
  return {ToArray<Features>(std::move(rows), {count, static_cast<size_t>(points_per_cell), width}),
          ToArray<Counts>(std::move(counts), {count})};
}

}  // namespace

void BindGeometry(nb::module_& module) {
  module.def("pairwise_iou", &PairwiseIou, "boxes_a"_a, "boxes_b"_a, nb::kw_only(), "birds_eye"_a,
             "threads"_a, kPairwiseIouDoc);
  module.def("oriented_nms", &OrientedNms, "boxes"_a, "scores"_a, nb::kw_only(), "classes"_a,
             "birds_eye"_a, "threads"_a, kOrientedNmsDoc);
  module.def("farthest_points", &FarthestPoints, "points"_a, "is_candidate"_a, nb::kw_only(),
             "count"_a, "starts"_a, "seed"_a, kFarthestPointsDoc);
  module.def("uniform_points", &UniformPoints, "points"_a, "is_candidate"_a, nb::kw_only(),
             "count"_a, "seed"_a, kUniformPointsDoc);
  module.def(
      "find_neighbors",
      [](const Points& points, const Points& centers, double radius, int64_t count, bool closest,
         uint64_t seed, int threads) {
        return FindNeighbors(points, centers, {radius, count, ToSampling(closest), seed}, threads);
      },
      "points"_a, "centers"_a, nb::kw_only(), "radius"_a, "count"_a, "closest"_a, "seed"_a,
      "threads"_a, kFindNeighborsDoc);
  module.def(
      "gather_neighbors",
      [](const Rows& points, const Points& centers, double radius, int64_t count, bool closest,
         uint64_t seed, int threads) {
        return GatherNeighbors(points, centers, {radius, count, ToSampling(closest), seed},
                               threads);
      },
      "points"_a, "centers"_a, nb::kw_only(), "radius"_a, "count"_a, "closest"_a, "seed"_a,
      "threads"_a, kGatherNeighborsDoc);
  module.def("points_in_boxes", &PointsInBoxes, "points"_a, "boxes"_a, nb::kw_only(), "threads"_a,
             kPointsInBoxesDoc);
  module.def("points_to_grid", &PointsToGrid, "points"_a, nb::kw_only(), "limits"_a, "cells"_a,
             "points_per_cell"_a, "seed"_a, kPointsToGridDoc);
}

}  // namespace frazo::bindings
