#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "core/detection/changes/make_point_filter.h"
#include "core/detection/changes/point_filter.h"
#include "core/detection/scene/center_choice.h"
#include "core/detection/scene/neighbor_choice.h"
#include "core/detection/scene/scene.h"
#include "core/numeric/random.h"
#include "core/ops/checked_rows.h"
#include "core/status/status_macros.h"
#include "frazo/proto/prepare_scene.pb.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/framework/shape_inference.h"
#include "tensorflow/core/framework/tensor.h"

namespace frazo::ops {
namespace {

using ::tensorflow::OpKernel;
using ::tensorflow::OpKernelConstruction;
using ::tensorflow::OpKernelContext;
using ::tensorflow::Tensor;
using ::tensorflow::TensorShape;
using ::tensorflow::shape_inference::DimensionHandle;
using ::tensorflow::shape_inference::InferenceContext;
using ::tensorflow::shape_inference::ShapeHandle;

// x, y, z; the features of a point follow.
constexpr int64_t kPlace = 3;
// More numbers of one scan than these are a mistake in the configuration.
constexpr int64_t kMostNumbers = int64_t{1} << 31;

// In the place of a point that is left out: nobody chooses it, and the features of the others stay
// where they are.
constexpr float kNoNumber = std::numeric_limits<float>::quiet_NaN();
constexpr points::Point kNoPoint = {kNoNumber, kNoNumber, kNoNumber};

absl::Status ParseConfig(const std::string& serialized, PrepareScene* config) {
  if (!config->ParseFromString(serialized)) {
    return absl::InvalidArgumentError("config: no serialized frazo.PrepareScene");
  }
  const int64_t centers = config->centers().count();
  const int64_t neighbors = config->neighbors().count();
  if (centers < 1 || neighbors < 1 || neighbors > kMostNumbers / centers) {
    return absl::InvalidArgumentError(absl::StrCat(
        "config: ", centers, " centres with ", neighbors,
        " neighbours each; expected at least 1 of both, at most ", kMostNumbers, " neighbours"));
  }
  return absl::OkStatus();
}

// Filters of points in order.
using Filters = std::vector<std::unique_ptr<detection::PointFilter>>;

// The filters of a configuration.
struct ScanFilters {
  // Before the centres are chosen, and between that and the choice of the neighbours.
  Filters steps;
  Filters neighbor_steps;
};

absl::StatusOr<Filters> MakeFilters(std::string_view path,
                                    const google::protobuf::RepeatedPtrField<SceneStep>& steps,
                                    int64_t feature_count) {
  Filters filters;
  for (int i = 0; i < steps.size(); ++i) {
    FRAZO_ASSIGN_OR_RETURN(auto filter,
                           detection::MakePointFilter(absl::StrCat("config.", path, "[", i, "]"),
                                                      steps[i], {feature_count, true}));
    filters.push_back(std::move(filter));
  }
  return filters;
}

absl::StatusOr<ScanFilters> MakeScanFilters(const PrepareScene& config, int64_t feature_count) {
  ScanFilters filters;
  FRAZO_ASSIGN_OR_RETURN(filters.steps, MakeFilters("steps", config.steps(), feature_count));
  FRAZO_ASSIGN_OR_RETURN(filters.neighbor_steps,
                         MakeFilters("neighbor_steps", config.neighbor_steps(), feature_count));
  return filters;
}

absl::Status InferCells(InferenceContext* context) {
  ShapeHandle points, lengths, unused;
  DimensionHandle batch;
  TF_RETURN_IF_ERROR(context->WithRank(context->input(0), 3, &points));
  TF_RETURN_IF_ERROR(context->WithRank(context->input(1), 1, &lengths));
  TF_RETURN_IF_ERROR(context->WithRank(context->input(2), 2, &unused));
  TF_RETURN_IF_ERROR(context->WithRank(context->input(3), 2, &unused));
  TF_RETURN_IF_ERROR(context->Merge(context->Dim(points, 0), context->Dim(lengths, 0), &batch));
  std::string serialized;
  TF_RETURN_IF_ERROR(context->GetAttr("config", &serialized));
  PrepareScene config;
  FRAZO_RETURN_IF_ERROR(ParseConfig(serialized, &config));
  const DimensionHandle size = context->Dim(points, 2);
  if (context->ValueKnown(size)) {
    FRAZO_RETURN_IF_ERROR(MakeScanFilters(config, context->Value(size) - kPlace).status());
  }
  const DimensionHandle centers = context->MakeDim(config.centers().count());
  const DimensionHandle neighbors = context->MakeDim(config.neighbors().count());
  context->set_output(0, context->MakeShape({batch, centers, context->MakeDim(kPlace)}));
  context->set_output(1, context->MakeShape({batch, centers, neighbors, size}));
  context->set_output(2, context->Matrix(batch, centers));
  return absl::OkStatus();
}

REGISTER_OP("Frazo>ScanCells")
    .Input("points: float")
    .Input("lengths: int32")
    .Input("velo_to_image: float")
    .Input("image_sizes: int32")
    .Attr("config: string")
    .Attr("seed: int = 1")
    .Output("centers: float")
    .Output("neighbors: float")
    .Output("neighbor_counts: int32")
    .SetShapeFn(InferCells)
    .Doc(R"doc(
The cells of scans, which a detector looks at: centres with the points around them, as the step prepare_scene of
a pipeline makes them.

A point with a number that is not finite is left out. The draws of a scan depend on the seed alone.
InvalidArgument for shapes that do not fit, a length outside 0 .. P, and a step that is no filter of points; the
message names the scan, or the step.

points: [B, P, 3 + F] x, y, z in metres, then the features.
lengths: [B] the points of each scan; what is behind them is not read.
velo_to_image: [B, 12] from x, y, z, 1 to the image, 3 x 4, row by row; zeros where there is no camera. It is
  read if config.centers.in_image, and for drop_outside_image.
image_sizes: [B, 2] width and height in pixels.
config: a serialized frazo.PrepareScene, of which centers, neighbors, steps and neighbor_steps are read. The
  steps are keep_range, drop_outside_image, remove_no_label_zone: those that look at each point by itself and draw
  nothing at random.
centers: [B, C, 3] zeros behind the last one.
neighbors: [B, C, N, 3 + F] places from the centre, then the features; zeros behind the last one.
neighbor_counts: [B, C]
)doc");

class ScanCellsOp final : public OpKernel {
 public:
  explicit ScanCellsOp(OpKernelConstruction* context) : OpKernel(context) {
    std::string serialized;
    OP_REQUIRES_OK(context, context->GetAttr("config", &serialized));
    OP_REQUIRES_OK(context, ParseConfig(serialized, &config_));
    OP_REQUIRES_OK(context, context->GetAttr("seed", &seed_));
  }

  void Compute(OpKernelContext* context) override {
    constexpr int64_t kCostOfScan = 10'000'000;
    OP_REQUIRES_OK(context, CheckShapes(context));
    const int64_t batch = context->input(0).dim_size(0);
    const int64_t size = context->input(0).dim_size(2);
    const int64_t centers = config_.centers().count();
    const int64_t neighbors = config_.neighbors().count();
    OP_REQUIRES(
        context, size <= kMostNumbers / (centers * neighbors),
        absl::InvalidArgumentError(absl::StrCat("points: ", size, " numbers of each of ", centers,
                                                " * ", neighbors, " neighbours are too many")));
    const absl::StatusOr<ScanFilters> filters = MakeScanFilters(config_, size - kPlace);
    OP_REQUIRES_OK(context, filters.status());
    Cells cells;
    OP_REQUIRES_OK(context, context->allocate_output(0, TensorShape({batch, centers, kPlace}),
                                                     &cells.centers));
    OP_REQUIRES_OK(context,
                   context->allocate_output(1, TensorShape({batch, centers, neighbors, size}),
                                            &cells.neighbors));
    OP_REQUIRES_OK(context,
                   context->allocate_output(2, TensorShape({batch, centers}), &cells.counts));
    cells.centers->flat<float>().setZero();
    OP_REQUIRES_OK(context, ForEachRow(context, "points", batch, kCostOfScan, [&](int64_t row) {
                     return FillCells(context, row, *filters, cells);
                   }));
  }

 private:
  struct Cells {
    Tensor* centers = nullptr;
    Tensor* neighbors = nullptr;
    Tensor* counts = nullptr;
  };

  static absl::Status CheckShapes(OpKernelContext* context) {
    const TensorShape& points = context->input(0).shape();
    const int64_t batch = points.dims() == 3 ? points.dim_size(0) : 0;
    if (points.dims() == 3 && points.dim_size(2) >= kPlace &&
        context->input(1).shape() == TensorShape({batch}) &&
        context->input(2).shape() == TensorShape({batch, 12}) &&
        context->input(3).shape() == TensorShape({batch, 2})) {
      return absl::OkStatus();
    }
    return absl::InvalidArgumentError(absl::StrCat(
        "points, lengths, velo_to_image, image_sizes: shapes ", points.DebugString(), ", ",
        context->input(1).shape().DebugString(), ", ", context->input(2).shape().DebugString(),
        ", ", context->input(3).shape().DebugString(),
        "; expected [B, P, 3 + F], [B], [B, 12], [B, 2]"));
  }

  static detection::Camera ReadCamera(OpKernelContext* context, int64_t row) {
    detection::Camera camera;
    const auto matrix = context->input(2).matrix<float>();
    for (int i = 0; i < 12; ++i) camera.velo_to_image[i] = matrix(row, i);
    camera.width = context->input(3).matrix<int32_t>()(row, 0);
    camera.height = context->input(3).matrix<int32_t>()(row, 1);
    return camera;
  }

  // Replaces each point that a filter drops. `rows` are the numbers of the points.
  static void Filter(const Filters& filters, absl::Span<const float> rows, int64_t size,
                     detection::Scene* scene) {
    for (const auto& filter : filters) {
      for (size_t i = 0; i < scene->points.size(); ++i) {
        points::Point& point = scene->points[i];
        if (!filter->Keeps(scene->camera, point, &rows[i * size] + kPlace)) point = kNoPoint;
      }
    }
  }

  // Returns the places of the points, without those that have a number that is not finite.
  static std::vector<points::Point> ReadPoints(absl::Span<const float> rows, int64_t size) {
    std::vector<points::Point> points;
    points.reserve(rows.size() / size);
    for (; !rows.empty(); rows.remove_prefix(size)) {
      const bool is_finite = std::all_of(rows.begin(), rows.begin() + size,
                                         [](float number) { return std::isfinite(number); });
      points.push_back(is_finite ? points::Point{rows[0], rows[1], rows[2]} : kNoPoint);
    }
    return points;
  }

  absl::Status FillCells(OpKernelContext* context, int64_t row, const ScanFilters& filters,
                         const Cells& cells) const {
    const Tensor& points = context->input(0);
    const int64_t length = context->input(1).vec<int32_t>()(row);
    const int64_t most = points.dim_size(1);
    const int64_t size = points.dim_size(2);
    if (length < 0 || length > most) {
      return absl::InvalidArgumentError(
          absl::StrCat("the length is ", length, "; expected 0 .. ", most));
    }
    const absl::Span<const float> rows(points.flat<float>().data() + row * most * size,
                                       length * size);
    detection::Scene scene;
    scene.points = ReadPoints(rows, size);
    scene.camera = ReadCamera(context, row);
    Filter(filters.steps, rows, size, &scene);
    numeric::Random random({static_cast<uint64_t>(seed_)});
    const uint64_t center_seed = random.Next();
    const uint64_t neighbor_seed = random.Next();
    FRAZO_ASSIGN_OR_RETURN(const std::vector<points::Point> centers,
                           detection::ChooseCenters(scene, config_.centers(), center_seed));
    const int64_t places = config_.centers().count();
    float* place = cells.centers->flat<float>().data() + row * places * kPlace;
    for (const points::Point& center : centers) {
      for (const float number : {center.x, center.y, center.z}) *place++ = number;
    }
    Filter(filters.neighbor_steps, rows, size, &scene);
    const int64_t numbers = places * config_.neighbors().count() * size;
    const absl::Span<const float> features = rows.empty() ? rows : rows.subspan(kPlace);
    return detection::ChooseNeighbors(
        {scene.points, features, size - kPlace, size}, centers, config_.neighbors(), neighbor_seed,
        {absl::MakeSpan(cells.neighbors->flat<float>().data() + row * numbers, numbers),
         absl::MakeSpan(cells.counts->flat<int32_t>().data() + row * places, places)});
  }

  PrepareScene config_;
  int64_t seed_ = 0;
};

REGISTER_KERNEL_BUILDER(Name("Frazo>ScanCells").Device(tensorflow::DEVICE_CPU), ScanCellsOp);

}  // namespace
}  // namespace frazo::ops
