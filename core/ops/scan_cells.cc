#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/detection/scene/center_choice.h"
#include "core/detection/scene/neighbor_choice.h"
#include "core/detection/scene/scene.h"
#include "core/numeric/random.h"
#include "core/ops/checked_rows.h"
#include "core/status/status_macros.h"
#include "frazo/proto/prepare_scene.pb.h"
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
  if (config->steps_size() + config->neighbor_steps_size() > 0) {
    return absl::InvalidArgumentError(
        "config: steps and neighbor_steps are for a pipeline; remove them");
  }
  return absl::OkStatus();
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
  const DimensionHandle centers = context->MakeDim(config.centers().count());
  const DimensionHandle neighbors = context->MakeDim(config.neighbors().count());
  context->set_output(0, context->MakeShape({batch, centers, context->MakeDim(kPlace)}));
  context->set_output(1, context->MakeShape({batch, centers, neighbors, context->Dim(points, 2)}));
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
InvalidArgument for shapes that do not fit and a length outside 0 .. P; the message names the scan.

points: [B, P, 3 + F] x, y, z in metres, then the features.
lengths: [B] the points of each scan; what is behind them is not read.
velo_to_image: [B, 12] from x, y, z, 1 to the image, 3 x 4, row by row; zeros where there is no camera. It is
  read if config.centers.in_image.
image_sizes: [B, 2] width and height in pixels.
config: a serialized frazo.PrepareScene, of which centers and neighbors are read. It has no steps.
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
                     return FillCells(context, row, cells);
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

  // Reads the points of a scan.
  static detection::Scene ReadScene(OpKernelContext* context, int64_t row, int64_t length) {
    const Tensor& points = context->input(0);
    const int64_t size = points.dim_size(2);
    const float* numbers = points.flat<float>().data() + row * points.dim_size(1) * size;
    detection::Scene scene;
    scene.feature_count = size - kPlace;
    scene.points.reserve(length);
    scene.features.reserve(length * scene.feature_count);
    for (int64_t i = 0; i < length; ++i, numbers += size) {
      const geometry::Point point = {numbers[0], numbers[1], numbers[2]};
      if (!geometry::IsFinite(point)) continue;
      scene.points.push_back(point);
      scene.features.insert(scene.features.end(), numbers + kPlace, numbers + size);
    }
    const auto camera = context->input(2).matrix<float>();
    for (int i = 0; i < 12; ++i) scene.camera.velo_to_image[i] = camera(row, i);
    scene.camera.width = context->input(3).matrix<int32_t>()(row, 0);
    scene.camera.height = context->input(3).matrix<int32_t>()(row, 1);
    return scene;
  }

  absl::Status FillCells(OpKernelContext* context, int64_t row, const Cells& cells) const {
    const int64_t length = context->input(1).vec<int32_t>()(row);
    const int64_t most = context->input(0).dim_size(1);
    if (length < 0 || length > most) {
      return absl::InvalidArgumentError(
          absl::StrCat("the length is ", length, "; expected 0 .. ", most));
    }
    const detection::Scene scene = ReadScene(context, row, length);
    numeric::Random random({static_cast<uint64_t>(seed_)});
    const uint64_t center_seed = random.Next();
    const uint64_t neighbor_seed = random.Next();
    FRAZO_ASSIGN_OR_RETURN(const std::vector<geometry::Point> centers,
                           detection::ChooseCenters(scene, config_.centers(), center_seed));
    float* place = cells.centers->flat<float>().data() + row * config_.centers().count() * kPlace;
    for (const geometry::Point& center : centers) {
      for (const float number : {center.x, center.y, center.z}) *place++ = number;
    }
    FRAZO_ASSIGN_OR_RETURN(const detection::SceneNeighbors neighbors,
                           detection::ChooseNeighbors(scene, centers, config_.neighbors(),
                                                      config_.centers().count(), neighbor_seed));
    std::copy(neighbors.features.begin(), neighbors.features.end(),
              cells.neighbors->flat<float>().data() + row * neighbors.features.size());
    std::copy(neighbors.counts.begin(), neighbors.counts.end(),
              cells.counts->flat<int32_t>().data() + row * neighbors.counts.size());
    return absl::OkStatus();
  }

  PrepareScene config_;
  int64_t seed_ = 0;
};

REGISTER_KERNEL_BUILDER(Name("Frazo>ScanCells").Device(tensorflow::DEVICE_CPU), ScanCellsOp);

}  // namespace
}  // namespace frazo::ops
