#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "core/ops/scan_rows.h"
#include "core/points/farthest_points.h"
#include "core/points/neighbor_features.h"
#include "core/points/point.h"
#include "core/points/point_grid.h"
#include "core/points/uniform_points.h"
#include "core/status/status_macros.h"
#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/framework/shape_inference.h"
#include "tensorflow/core/framework/tensor.h"

namespace frazo::ops {
namespace {

using ::frazo::points::NeighborSampling;
using ::frazo::points::Point;
using ::tensorflow::OpKernel;
using ::tensorflow::OpKernelConstruction;
using ::tensorflow::OpKernelContext;
using ::tensorflow::Tensor;
using ::tensorflow::TensorShape;
using ::tensorflow::shape_inference::DimensionHandle;
using ::tensorflow::shape_inference::InferenceContext;
using ::tensorflow::shape_inference::ShapeHandle;

absl::Status InferChoice(InferenceContext* context) {
  ShapeHandle points;
  TF_RETURN_IF_ERROR(InferRows(context, 0, 1, &points));
  int64_t count = 0;
  TF_RETURN_IF_ERROR(context->GetAttr("count", &count));
  context->set_output(0, context->Matrix(context->Dim(points, 0), count));
  context->set_output(1, context->Vector(context->Dim(points, 0)));
  return absl::OkStatus();
}

absl::Status InferNeighbors(InferenceContext* context) {
  ShapeHandle points, centers;
  DimensionHandle batch;
  TF_RETURN_IF_ERROR(InferRows(context, 0, 1, &points));
  TF_RETURN_IF_ERROR(InferRows(context, 2, 3, &centers));
  TF_RETURN_IF_ERROR(context->Merge(context->Dim(points, 0), context->Dim(centers, 0), &batch));
  int64_t count = 0;
  TF_RETURN_IF_ERROR(context->GetAttr("count", &count));
  const DimensionHandle places = context->Dim(centers, 1);
  context->set_output(
      0, context->MakeShape({batch, places, context->MakeDim(count), context->Dim(points, 2)}));
  context->set_output(1, context->Matrix(batch, places));
  return absl::OkStatus();
}

absl::Status InferGrid(InferenceContext* context) {
  ShapeHandle points;
  TF_RETURN_IF_ERROR(InferRows(context, 0, 1, &points));
  std::vector<int64_t> cells;
  int64_t points_per_cell = 0;
  TF_RETURN_IF_ERROR(context->GetAttr("cells", &cells));
  TF_RETURN_IF_ERROR(context->GetAttr("points_per_cell", &points_per_cell));
  std::vector<DimensionHandle> sizes = {context->Dim(points, 0)};
  for (const int64_t count : cells) sizes.push_back(context->MakeDim(count));
  context->set_output(1, context->MakeShape(sizes));
  sizes.push_back(context->MakeDim(points_per_cell));
  sizes.push_back(context->Dim(points, 2));
  context->set_output(0, context->MakeShape(sizes));
  return absl::OkStatus();
}

REGISTER_OP("Frazo>FarthestPoints")
    .Input("points: float")
    .Input("lengths: int32")
    .Input("seeds: int64")
    .Output("indices: int32")
    .Output("counts: int32")
    .Attr("count: int >= 0")
    .Attr("z_min: float")
    .Attr("z_max: float")
    .SetShapeFn(InferChoice)
    .Doc(R"doc(
Farthest point sampling of scans: each next point is the one whose distance, seen from above, to the nearest point
chosen so far is greatest.

The seed draws the first point. Of points that are equally far, that of the lowest index comes first. A point that is
not finite, or that is not within the limits of z, is never chosen. InvalidArgument if shapes do not fit, or a limit is
NaN.

points: [B, P, 3 or more] x, y, z in metres, and what else.
lengths: [B] real points of each row.
seeds: [] for all rows, or [B].
indices: [B, count] of the chosen points, in the order of choice; -1 where points run out.
counts: [B] points chosen.
count: points in all.
z_min: least z of a point that may be chosen; it may be infinite.
z_max: greatest z of a point that may be chosen; it may be infinite.
)doc");

REGISTER_OP("Frazo>UniformPoints")
    .Input("points: float")
    .Input("lengths: int32")
    .Input("seeds: int64")
    .Output("indices: int32")
    .Output("counts: int32")
    .Attr("count: int >= 0")
    .Attr("z_min: float")
    .Attr("z_max: float")
    .SetShapeFn(InferChoice)
    .Doc(R"doc(
Random points of scans, none twice, each set in each order equally likely.

All else is as in Frazo>FarthestPoints.

points: [B, P, 3 or more] x, y, z in metres, and what else.
lengths: [B] real points of each row.
seeds: [] for all rows, or [B].
indices: [B, count] of the chosen points, in the order drawn; -1 where points run out.
counts: [B] points chosen.
count: points in all.
z_min: least z of a point that may be chosen; it may be infinite.
z_max: greatest z of a point that may be chosen; it may be infinite.
)doc");

REGISTER_OP("Frazo>GatherNeighbors")
    .Input("points: float")
    .Input("lengths: int32")
    .Input("centers: float")
    .Input("center_counts: int32")
    .Input("seeds: int64")
    .Output("neighbors: float")
    .Output("counts: int32")
    .Attr("radius: float")
    .Attr("count: int >= 0")
    .Attr("sampling: {'uniform', 'closest'} = 'uniform'")
    .SetShapeFn(InferNeighbors)
    .Doc(R"doc(
The points around centres, as a detector's featurizer takes them. The pipeline's step prepare_scene gives the same.

A neighbour is within the radius in space, the radius itself included. A point that is not finite is no neighbour, and a
centre that is not finite has none; features are copied as they are. InvalidArgument if shapes do not fit, or the radius
is not from 1e-6 to 1e6. It has no gradient.

points: [B, P, 3 + F] x, y, z in metres, then F features.
lengths: [B] real points of each row.
centers: [B, C, 3].
center_counts: [B] real centres of each row.
seeds: [] for all rows, or [B]; of the uniform sampling.
neighbors: [B, C, count, 3 + F] x, y, z from the centre, then the features; zeros behind the last neighbour.
counts: [B, C] neighbours; 0 for a centre that is not real.
radius: in metres.
count: of more neighbours, so many are taken.
sampling: closest takes the closest, closest first; uniform a random set, each equally likely, by rising index.
)doc");

REGISTER_OP("Frazo>PointsToGrid")
    .Input("points: float")
    .Input("lengths: int32")
    .Input("seeds: int64")
    .Output("grid: float")
    .Output("counts: int32")
    .Attr("limits: list(float) >= 6")
    .Attr("cells: list(int) >= 3")
    .Attr("points_per_cell: int >= 1")
    .SetShapeFn(InferGrid)
    .Doc(R"doc(
The points of scans by the cells of a grid.

The lower edge of a cell belongs to it, the upper edge to the next. Points outside of the grid are left out, and so are
points of which x, y or z is NaN. Of more points than a cell takes it gets a random set, each equally likely, in no
particular order; else all of them in their order. InvalidArgument if shapes do not fit, or limits are not finite and
rising.

points: [B, P, D] with D >= 3: x, y, z in metres, and what else.
lengths: [B] real points of each row.
seeds: [] for all rows, or [B].
grid: [B, x cells, y cells, z cells, points_per_cell, D] zeros behind the last point of a cell.
counts: [B, x cells, y cells, z cells] points in each cell, at most points_per_cell.
limits: [6] least and greatest x, least and greatest y, least and greatest z.
cells: [3] number of cells along x, y and z.
points_per_cell: most points of a cell.
)doc");

// Which points of a scan become centres.
struct ChoiceSettings {
  int64_t count = 0;
  float z_min = 0;
  float z_max = 0;
};

absl::StatusOr<std::vector<int64_t>> ChooseFarthest(absl::Span<const Point> points,
                                                    absl::Span<const uint8_t> is_candidate,
                                                    int64_t count, uint64_t seed) {
  return FarthestPoints(points, is_candidate, {count, {}, seed});
}

// An op that chooses points of each row by `choose`.
template <auto choose>
class ChoiceOp final : public OpKernel {
 public:
  explicit ChoiceOp(OpKernelConstruction* context) : OpKernel(context) {
    OP_REQUIRES_OK(context, context->GetAttr("count", &settings_.count));
    OP_REQUIRES_OK(context, context->GetAttr("z_min", &settings_.z_min));
    OP_REQUIRES_OK(context, context->GetAttr("z_max", &settings_.z_max));
    OP_REQUIRES(
        context, !std::isnan(settings_.z_min) && !std::isnan(settings_.z_max),
        absl::InvalidArgumentError(absl::StrCat("z_min is ", settings_.z_min, " and z_max is ",
                                                settings_.z_max, " but neither may be NaN")));
  }

  void Compute(OpKernelContext* context) override {
    OP_REQUIRES_OK(context, ScanRows::Check("points", context->input(0), context->input(1), 3));
    const ScanRows rows(context->input(0), context->input(1));
    const Tensor& seeds = context->input(2);
    OP_REQUIRES_OK(context, CheckSeeds(seeds, rows.batch()));
    Tensor* indices = nullptr;
    Tensor* counts = nullptr;
    OP_REQUIRES_OK(context, context->allocate_output(
                                0, TensorShape({rows.batch(), settings_.count}), &indices));
    OP_REQUIRES_OK(context, context->allocate_output(1, TensorShape({rows.batch()}), &counts));
    OP_REQUIRES_OK(context, ForEachScan(context, "points", rows.batch(), [&](int64_t row, int) {
                     const std::vector<Point> points = rows.Points(row);
                     FRAZO_ASSIGN_OR_RETURN(
                         const std::vector<int64_t> chosen,
                         choose(points, Candidates(points), settings_.count, SeedOf(seeds, row)));
                     int32_t* const out = indices->flat<int32_t>().data() + row * settings_.count;
                     std::copy(chosen.begin(), chosen.end(), out);
                     std::fill(out + chosen.size(), out + settings_.count, -1);
                     counts->vec<int32_t>()(row) = static_cast<int32_t>(chosen.size());
                     return absl::OkStatus();
                   }));
  }

 private:
  std::vector<uint8_t> Candidates(absl::Span<const Point> points) const {
    std::vector<uint8_t> is_candidate;
    is_candidate.reserve(points.size());
    for (const Point& point : points) {
      is_candidate.push_back(point.z >= settings_.z_min && point.z <= settings_.z_max);
    }
    return is_candidate;
  }

  ChoiceSettings settings_;
};

class GatherNeighborsOp final : public OpKernel {
 public:
  explicit GatherNeighborsOp(OpKernelConstruction* context) : OpKernel(context) {
    float radius = 0;
    std::string sampling;
    OP_REQUIRES_OK(context, context->GetAttr("radius", &radius));
    OP_REQUIRES_OK(context, context->GetAttr("count", &choice_.count));
    OP_REQUIRES_OK(context, context->GetAttr("sampling", &sampling));
    choice_.radius = radius;
    choice_.sampling =
        sampling == "closest" ? NeighborSampling::kClosest : NeighborSampling::kUniform;
  }

  void Compute(OpKernelContext* context) override {
    OP_REQUIRES_OK(context, ScanRows::Check("points", context->input(0), context->input(1), 3));
    OP_REQUIRES_OK(context, ScanRows::Check("centers", context->input(2), context->input(3), 3));
    const ScanRows points(context->input(0), context->input(1));
    const ScanRows centers(context->input(2), context->input(3));
    const Tensor& seeds = context->input(4);
    OP_REQUIRES(context, centers.batch() == points.batch() && centers.width() == 3,
                absl::InvalidArgumentError(absl::StrCat(
                    "centers: shape ", context->input(2).shape().DebugString(), "; expected [",
                    points.batch(), ", C, 3] as points have ", points.batch(), " rows")));
    OP_REQUIRES_OK(context, CheckSeeds(seeds, points.batch()));
    const TensorShape places({points.batch(), centers.places()});
    TensorShape shape = places;
    shape.AddDim(choice_.count);
    shape.AddDim(points.width());
    Tensor* neighbors = nullptr;
    Tensor* counts = nullptr;
    OP_REQUIRES_OK(context, context->allocate_output(0, shape, &neighbors));
    OP_REQUIRES_OK(context, context->allocate_output(1, places, &counts));
    OP_REQUIRES_OK(context,
                   ForEachScan(context, "points", points.batch(), [&](int64_t row, int threads) {
                     return GatherRow(points, centers, SeedOf(seeds, row), {row, threads},
                                      {neighbors, counts});
                   }));
  }

 private:
  struct Turn {
    int64_t row;
    int threads;
  };
  struct Outputs {
    Tensor* neighbors;
    Tensor* counts;
  };

  absl::Status GatherRow(const ScanRows& points, const ScanRows& centers, uint64_t seed, Turn turn,
                         Outputs outputs) const {
    points::NeighborChoice choice = choice_;
    choice.seed = seed;
    const std::vector<Point> row_points = points.Points(turn.row);
    absl::Span<const float> features = points.Numbers(turn.row);
    features.remove_prefix(std::min<size_t>(features.size(), 3));
    // How many numbers a centre has, and how many centres are real.
    const size_t size = choice.count * points.width();
    const size_t real = centers.length(turn.row);
    const size_t places = centers.places();
    float* const neighbors = outputs.neighbors->flat<float>().data() + turn.row * places * size;
    int32_t* const counts = outputs.counts->flat<int32_t>().data() + turn.row * places;
    std::fill(neighbors + real * size, neighbors + places * size, 0.0f);
    std::fill(counts + real, counts + places, 0);
    return GatherNeighborFeatures({row_points, features, points.width() - 3, points.width()},
                                  centers.Points(turn.row), choice, turn.threads,
                                  {{neighbors, real * size}, {counts, real}});
  }

  points::NeighborChoice choice_;
};

class PointsToGridOp final : public OpKernel {
 public:
  explicit PointsToGridOp(OpKernelConstruction* context) : OpKernel(context) {
    std::vector<float> limits;
    std::vector<int64_t> cells;
    OP_REQUIRES_OK(context, context->GetAttr("limits", &limits));
    OP_REQUIRES_OK(context, context->GetAttr("cells", &cells));
    OP_REQUIRES_OK(context, context->GetAttr("points_per_cell", &grid_.points_per_cell));
    OP_REQUIRES(context, limits.size() == 6 && cells.size() == 3,
                absl::InvalidArgumentError(absl::StrCat("there are ", limits.size(), " limits and ",
                                                        cells.size(),
                                                        " numbers of cells; expected 6 and 3")));
    for (int k = 0; k < 3; ++k) grid_.axes[k] = {limits[2 * k], limits[2 * k + 1], cells[k]};
    OP_REQUIRES_OK(context, grid_.Check());
  }

  void Compute(OpKernelContext* context) override {
    OP_REQUIRES_OK(context, ScanRows::Check("points", context->input(0), context->input(1), 3));
    const ScanRows rows(context->input(0), context->input(1));
    const Tensor& seeds = context->input(2);
    OP_REQUIRES_OK(context, CheckSeeds(seeds, rows.batch()));
    TensorShape cells({rows.batch()});
    for (const points::GridAxis& axis : grid_.axes) cells.AddDim(axis.cells);
    TensorShape shape = cells;
    shape.AddDim(grid_.points_per_cell);
    shape.AddDim(rows.width());
    Tensor* grid = nullptr;
    Tensor* counts = nullptr;
    OP_REQUIRES_OK(context, context->allocate_output(0, shape, &grid));
    OP_REQUIRES_OK(context, context->allocate_output(1, cells, &counts));
    OP_REQUIRES_OK(context, ForEachScan(context, "points", rows.batch(), [&](int64_t row, int) {
                     points::PointGrid seeded = grid_;
                     seeded.seed = SeedOf(seeds, row);
                     const size_t count = grid_.CellCount();
                     const size_t numbers = count * grid_.points_per_cell * rows.width();
                     return FillPointGrid({rows.Numbers(row), rows.width()}, seeded,
                                          {{grid->flat<float>().data() + row * numbers, numbers},
                                           {counts->flat<int32_t>().data() + row * count, count}});
                   }));
  }

 private:
  points::PointGrid grid_;
};

REGISTER_KERNEL_BUILDER(Name("Frazo>FarthestPoints").Device(tensorflow::DEVICE_CPU),
                        ChoiceOp<&ChooseFarthest>);
REGISTER_KERNEL_BUILDER(Name("Frazo>UniformPoints").Device(tensorflow::DEVICE_CPU),
                        ChoiceOp<&points::UniformPoints>);
REGISTER_KERNEL_BUILDER(Name("Frazo>GatherNeighbors").Device(tensorflow::DEVICE_CPU),
                        GatherNeighborsOp);
REGISTER_KERNEL_BUILDER(Name("Frazo>PointsToGrid").Device(tensorflow::DEVICE_CPU), PointsToGridOp);

}  // namespace
}  // namespace frazo::ops
