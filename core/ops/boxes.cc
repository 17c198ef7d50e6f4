#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "core/boxes/box.h"
#include "core/boxes/box_iou.h"
#include "core/boxes/oriented_nms.h"
#include "core/boxes/pairwise_iou.h"
#include "core/ops/device_threads.h"
#include "core/ops/scan_rows.h"
#include "core/status/status_macros.h"
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

// The numbers of a box: x, y, z, length, width, height, heading.
constexpr int kBoxSize = 7;
// In the place of a box that does not exist.
constexpr int32_t kNoBox = -1;

absl::Status InferIou(InferenceContext* context) {
  ShapeHandle rows, columns;
  DimensionHandle unused;
  TF_RETURN_IF_ERROR(context->WithRank(context->input(0), 2, &rows));
  TF_RETURN_IF_ERROR(context->WithRank(context->input(1), 2, &columns));
  for (const ShapeHandle& boxes : {rows, columns}) {
    TF_RETURN_IF_ERROR(context->WithValue(context->Dim(boxes, 1), kBoxSize, &unused));
  }
  context->set_output(0, context->Matrix(context->Dim(rows, 0), context->Dim(columns, 0)));
  return absl::OkStatus();
}

absl::Status InferNms(InferenceContext* context) {
  ShapeHandle boxes, scores;
  DimensionHandle batch, count, unused;
  TF_RETURN_IF_ERROR(context->WithRank(context->input(0), 3, &boxes));
  TF_RETURN_IF_ERROR(context->WithRank(context->input(1), 3, &scores));
  TF_RETURN_IF_ERROR(context->WithValue(context->Dim(boxes, 2), kBoxSize, &unused));
  TF_RETURN_IF_ERROR(context->Merge(context->Dim(boxes, 0), context->Dim(scores, 0), &batch));
  TF_RETURN_IF_ERROR(context->Merge(context->Dim(boxes, 1), context->Dim(scores, 1), &count));
  std::vector<int64_t> max_kept;
  TF_RETURN_IF_ERROR(context->GetAttr("max_kept", &max_kept));
  int64_t longest = 0;
  for (const int64_t most : max_kept) longest = std::max(longest, most);
  DimensionHandle classes;
  TF_RETURN_IF_ERROR(context->WithValue(context->Dim(scores, 2), max_kept.size(), &classes));
  const DimensionHandle places = context->MakeDim(longest);
  context->set_output(0, context->MakeShape({batch, classes, places, context->MakeDim(kBoxSize)}));
  context->set_output(1, context->MakeShape({batch, classes, places}));
  context->set_output(2, context->MakeShape({batch, classes, places}));
  context->set_output(3, context->Matrix(batch, classes));
  return absl::OkStatus();
}

REGISTER_OP("Frazo>PairwiseIou")
    .Input("rows: float")
    .Input("columns: float")
    .Attr("view: {'3D', 'BIRDS_EYE'} = '3D'")
    .Output("iou: float")
    .SetShapeFn(InferIou)
    .Doc(R"doc(
The intersection over union of each pair of boxes.

A box is x, y, z of its middle, its length along the heading, its width, its height, and its heading in radians,
counter-clockwise from x. Boxes that only touch have 0, as has a box with a number that is not finite or a size
that is not above 0. A heading counts modulo pi. InvalidArgument for other shapes.

rows: [N, 7] boxes.
columns: [M, 7] boxes.
view: what is compared: volumes, or areas as seen from above, at whatever height.
iou: [N, M] from 0 to 1.
)doc");

REGISTER_OP("Frazo>OrientedNms")
    .Input("boxes: float")
    .Input("scores: float")
    .Attr("iou_thresholds: list(float)")
    .Attr("score_thresholds: list(float)")
    .Attr("max_kept: list(int)")
    .Attr("view: {'3D', 'BIRDS_EYE'} = '3D'")
    .Output("kept_boxes: float")
    .Output("kept_scores: float")
    .Output("indices: int32")
    .Output("counts: int32")
    .SetShapeFn(InferNms)
    .Doc(R"doc(
Non-max suppression for each class of each scene, with the headings of the boxes.

Candidates come by falling score, those of equal scores by rising index. Each is kept unless its intersection
over union with a kept one is above the threshold of the class. A score below the class's threshold or NaN is no
candidate, and neither is a box with a number that is not finite or a size that is not above 0. InvalidArgument
for shapes that do not fit, and for thresholds outside their ranges.

boxes: [B, N, 7] as those of PairwiseIou.
scores: [B, N, K] of each box as one of each class.
iou_thresholds: [K] from 0 to 1.
score_thresholds: [K]
max_kept: [K] most boxes of each class, >= 0; 0 leaves the class out. M is the greatest of them.
view: what is compared, as in PairwiseIou.
kept_boxes: [B, K, M, 7] best first, then zeros.
kept_scores: [B, K, M] of the boxes, then zeros.
indices: [B, K, M] of the boxes among the N, then -1.
counts: [B, K] the number of kept boxes.
)doc");

absl::StatusOr<boxes::IouView> ViewOf(OpKernelConstruction* context) {
  std::string view;
  TF_RETURN_IF_ERROR(context->GetAttr("view", &view));
  return view == "3D" ? boxes::IouView::k3d : boxes::IouView::kBirdsEye;
}

std::vector<boxes::Box> MakeBoxes(const float* numbers, int64_t count) {
  std::vector<boxes::Box> boxes(count);
  for (boxes::Box& box : boxes) {
    box = ToBox(numbers);
    numbers += kBoxSize;
  }
  return boxes;
}

class PairwiseIouOp final : public OpKernel {
 public:
  explicit PairwiseIouOp(OpKernelConstruction* context) : OpKernel(context) {
    const auto view = ViewOf(context);
    OP_REQUIRES_OK(context, view.status());
    view_ = *view;
  }

  void Compute(OpKernelContext* context) override {
    for (const int input : {0, 1}) {
      const TensorShape& shape = context->input(input).shape();
      OP_REQUIRES(context, shape.dims() == 2 && shape.dim_size(1) == kBoxSize,
                  absl::InvalidArgumentError(absl::StrCat(input == 0 ? "rows" : "columns",
                                                          ": shape ", shape.DebugString(),
                                                          "; expected boxes, [N, 7]")));
    }
    const int64_t num_rows = context->input(0).dim_size(0);
    const int64_t num_columns = context->input(1).dim_size(0);
    Tensor* iou = nullptr;
    OP_REQUIRES_OK(context,
                   context->allocate_output(0, TensorShape({num_rows, num_columns}), &iou));
    const auto rows = MakeBoxes(context->input(0).flat<float>().data(), num_rows);
    const auto columns = MakeBoxes(context->input(1).flat<float>().data(), num_columns);
    std::vector<double> exact(num_rows * num_columns);
    OP_REQUIRES_OK(context,
                   boxes::PairwiseIou(rows, columns, view_, DeviceThreads(context)->NumThreads(),
                                      absl::MakeSpan(exact)));
    std::copy(exact.begin(), exact.end(), iou->flat<float>().data());
  }

 private:
  boxes::IouView view_ = boxes::IouView::k3d;
};

REGISTER_KERNEL_BUILDER(Name("Frazo>PairwiseIou").Device(tensorflow::DEVICE_CPU), PairwiseIouOp);

class OrientedNmsOp final : public OpKernel {
 public:
  explicit OrientedNmsOp(OpKernelConstruction* context) : OpKernel(context) {
    const auto view = ViewOf(context);
    OP_REQUIRES_OK(context, view.status());
    view_ = *view;
    std::vector<float> iou, score;
    std::vector<int64_t> most;
    OP_REQUIRES_OK(context, context->GetAttr("iou_thresholds", &iou));
    OP_REQUIRES_OK(context, context->GetAttr("score_thresholds", &score));
    OP_REQUIRES_OK(context, context->GetAttr("max_kept", &most));
    OP_REQUIRES(context, iou.size() == score.size() && iou.size() == most.size(),
                absl::InvalidArgumentError(absl::StrCat(
                    "iou_thresholds, score_thresholds, max_kept: ", iou.size(), ", ", score.size(),
                    ", ", most.size(), " numbers; expected one for each class")));
    for (size_t k = 0; k < iou.size(); ++k) {
      classes_.push_back({iou[k], score[k], most[k]});
      places_ = std::max(places_, most[k]);
    }
  }

  void Compute(OpKernelContext* context) override {
    const Tensor& boxes = context->input(0);
    const Tensor& scores = context->input(1);
    const int64_t classes = classes_.size();
    OP_REQUIRES(
        context,
        boxes.dims() == 3 && boxes.dim_size(2) == kBoxSize && scores.dims() == 3 &&
            scores.dim_size(0) == boxes.dim_size(0) && scores.dim_size(1) == boxes.dim_size(1) &&
            scores.dim_size(2) == classes,
        absl::InvalidArgumentError(absl::StrCat("boxes: shape ", boxes.shape().DebugString(),
                                                ", scores: shape ", scores.shape().DebugString(),
                                                "; expected [B, N, 7] and [B, N, ", classes, "]")));
    Kept kept;
    const int64_t batch = boxes.dim_size(0);
    OP_REQUIRES_OK(context, Allocate(context, batch, &kept));
    const int threads = DeviceThreads(context)->NumThreads();
    for (int64_t scene = 0; scene < batch; ++scene) {
      OP_REQUIRES_OK(context, KeepOfScene(boxes, scores, scene, threads, &kept));
    }
  }

 private:
  struct Kept {
    Tensor* boxes = nullptr;
    Tensor* scores = nullptr;
    Tensor* indices = nullptr;
    Tensor* counts = nullptr;
  };

  absl::Status Allocate(OpKernelContext* context, int64_t batch, Kept* kept) const {
    const int64_t classes = classes_.size();
    const TensorShape places({batch, classes, places_});
    FRAZO_RETURN_IF_ERROR(context->allocate_output(
        0, TensorShape({batch, classes, places_, kBoxSize}), &kept->boxes));
    FRAZO_RETURN_IF_ERROR(context->allocate_output(1, places, &kept->scores));
    FRAZO_RETURN_IF_ERROR(context->allocate_output(2, places, &kept->indices));
    FRAZO_RETURN_IF_ERROR(
        context->allocate_output(3, TensorShape({batch, classes}), &kept->counts));
    kept->boxes->flat<float>().setZero();
    kept->scores->flat<float>().setZero();
    kept->indices->flat<int32_t>().setConstant(kNoBox);
    return absl::OkStatus();
  }

  absl::Status KeepOfScene(const Tensor& boxes, const Tensor& scores, int64_t scene, int threads,
                           Kept* kept) const {
    const int64_t count = boxes.dim_size(1);
    const int64_t classes = classes_.size();
    const float* const numbers = boxes.flat<float>().data() + scene * count * kBoxSize;
    const float* const own_scores = scores.flat<float>().data() + scene * count * classes;
    FRAZO_ASSIGN_OR_RETURN(
        const auto indices,
        boxes::SuppressNonMaxima(MakeBoxes(numbers, count),
                                 {own_scores, static_cast<size_t>(count * classes)}, classes_,
                                 view_, threads));
    for (int64_t k = 0; k < classes; ++k) {
      const int64_t row = scene * classes + k;
      kept->counts->flat<int32_t>()(row) = indices[k].size();
      int64_t place = row * places_;
      for (const int64_t index : indices[k]) {
        std::copy_n(numbers + index * kBoxSize, kBoxSize,
                    kept->boxes->flat<float>().data() + place * kBoxSize);
        kept->scores->flat<float>()(place) = own_scores[index * classes + k];
        kept->indices->flat<int32_t>()(place) = index;
        ++place;
      }
    }
    return absl::OkStatus();
  }

  std::vector<boxes::ClassNms> classes_;
  int64_t places_ = 0;
  boxes::IouView view_ = boxes::IouView::k3d;
};

REGISTER_KERNEL_BUILDER(Name("Frazo>OrientedNms").Device(tensorflow::DEVICE_CPU), OrientedNmsOp);

}  // namespace
}  // namespace frazo::ops
