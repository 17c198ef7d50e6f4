#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "core/geometry/box.h"
#include "core/geometry/box_iou.h"
#include "core/geometry/oriented_nms.h"
#include "core/geometry/pairwise_iou.h"
#include "core/geometry/points_in_boxes.h"
#include "core/ops/device_threads.h"
#include "core/ops/scan_rows.h"
#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/framework/shape_inference.h"
#include "tensorflow/core/framework/tensor.h"
#include "tsl/platform/threadpool.h"

namespace frazo::ops {
namespace {

using ::frazo::geometry::Box;
using ::frazo::geometry::IouView;
using ::tensorflow::OpKernel;
using ::tensorflow::OpKernelConstruction;
using ::tensorflow::OpKernelContext;
using ::tensorflow::Tensor;
using ::tensorflow::TensorShape;
using ::tensorflow::shape_inference::DimensionHandle;
using ::tensorflow::shape_inference::InferenceContext;
using ::tensorflow::shape_inference::ShapeHandle;
using ::tsl::thread::ThreadPool;

// x, y, z, length, width, height, heading.
constexpr int64_t kBoxNumbers = 7;

absl::Status InferIou(InferenceContext* context) {
  ShapeHandle a, b;
  DimensionHandle unused;
  TF_RETURN_IF_ERROR(context->WithRank(context->input(0), 2, &a));
  TF_RETURN_IF_ERROR(context->WithRank(context->input(1), 2, &b));
  TF_RETURN_IF_ERROR(context->WithValue(context->Dim(a, 1), kBoxNumbers, &unused));
  TF_RETURN_IF_ERROR(context->WithValue(context->Dim(b, 1), kBoxNumbers, &unused));
  context->set_output(0, context->Matrix(context->Dim(a, 0), context->Dim(b, 0)));
  return absl::OkStatus();
}

absl::Status InferNms(InferenceContext* context) {
  ShapeHandle boxes, scores, thresholds;
  DimensionHandle batch, unused;
  TF_RETURN_IF_ERROR(context->WithRank(context->input(0), 3, &boxes));
  TF_RETURN_IF_ERROR(context->WithRank(context->input(1), 3, &scores));
  TF_RETURN_IF_ERROR(context->WithValue(context->Dim(boxes, 2), kBoxNumbers, &unused));
  TF_RETURN_IF_ERROR(context->Merge(context->Dim(boxes, 0), context->Dim(scores, 0), &batch));
  TF_RETURN_IF_ERROR(context->Merge(context->Dim(boxes, 1), context->Dim(scores, 1), &unused));
  std::vector<int64_t> max_kept;
  TF_RETURN_IF_ERROR(context->GetAttr("max_kept", &max_kept));
  DimensionHandle classes = context->MakeDim(max_kept.size());
  TF_RETURN_IF_ERROR(context->Merge(classes, context->Dim(scores, 2), &classes));
  for (const int input : {2, 3}) {
    TF_RETURN_IF_ERROR(context->WithRank(context->input(input), 1, &thresholds));
    TF_RETURN_IF_ERROR(context->Merge(classes, context->Dim(thresholds, 0), &classes));
  }
  int64_t most = 0;
  for (const int64_t count : max_kept) most = std::max(most, count);
  const DimensionHandle places = context->MakeDim(most);
  context->set_output(0, context->MakeShape({batch, classes, places, kBoxNumbers}));
  context->set_output(1, context->MakeShape({batch, classes, places}));
  context->set_output(2, context->MakeShape({batch, classes, places}));
  context->set_output(3, context->Matrix(batch, classes));
  return absl::OkStatus();
}

absl::Status InferPointsInBoxes(InferenceContext* context) {
  ShapeHandle points, boxes;
  DimensionHandle batch, unused;
  TF_RETURN_IF_ERROR(InferRows(context, 0, 1, &points));
  TF_RETURN_IF_ERROR(InferRows(context, 2, 3, &boxes));
  TF_RETURN_IF_ERROR(context->WithValue(context->Dim(boxes, 2), kBoxNumbers, &unused));
  TF_RETURN_IF_ERROR(context->Merge(context->Dim(points, 0), context->Dim(boxes, 0), &batch));
  context->set_output(0, context->Matrix(batch, context->Dim(boxes, 1)));
  context->set_output(1, context->Matrix(batch, context->Dim(points, 1)));
  return absl::OkStatus();
}

REGISTER_OP("Frazo>PairwiseIou3D")
    .Input("boxes_a: float")
    .Input("boxes_b: float")
    .Output("iou: float")
    .Attr("view: {'3d', 'birds_eye'} = '3d'")
    .SetShapeFn(InferIou)
    .Doc(R"doc(
The intersection over union of each box with each other, from 0 to 1.

A box is x, y, z of its centre, length, width, height, heading, in metres and radians; the heading turns
counter-clockwise from +x, and counts modulo pi. Boxes that only touch have 0, and so has a box that takes no space: one
with a number that is not finite, or a size outside of 1e-9 .. 1e9. Computed in double precision. Two unit cubes half a
metre apart in x have 1/3. It has no gradient.

boxes_a: [N, 7].
boxes_b: [M, 7].
iou: [N, M].
view: 3d compares volumes, birds_eye areas as seen from above, at whatever height.
)doc");

REGISTER_OP("Frazo>OrientedNms")
    .Input("boxes: float")
    .Input("scores: float")
    .Input("iou_thresholds: float")
    .Input("score_thresholds: float")
    .Output("kept_boxes: float")
    .Output("kept_scores: float")
    .Output("indices: int32")
    .Output("counts: int32")
    .Attr("max_kept: list(int) >= 1")
    .Attr("view: {'3d', 'birds_eye'} = '3d'")
    .SetShapeFn(InferNms)
    .Doc(R"doc(
Non-max suppression for each class on its own, with the headings of the boxes.

Boxes come in the order of falling scores, of rising indices where scores are equal. Each is kept unless its IoU with a
kept one is above the threshold. A box that takes no space (see Frazo>PairwiseIou3D) and a NaN score are left out.
InvalidArgument if shapes do not fit, an IoU threshold is not in 0 .. 1, a score threshold is NaN, or a number of boxes
is below 0. It has no gradient.

boxes: [B, N, 7].
scores: [B, N, K] of the K classes.
iou_thresholds: [K].
score_thresholds: [K], a box with a lower score is left out.
kept_boxes: [B, K, m, 7] best first, zeros behind the last; m is the largest of max_kept.
kept_scores: [B, K, m] 0 behind the last.
indices: [B, K, m] of the kept boxes, -1 behind the last.
counts: [B, K] boxes kept.
max_kept: [K] at most so many boxes are kept; 0 leaves a class out.
)doc");

REGISTER_OP("Frazo>PointsInBoxes")
    .Input("points: float")
    .Input("lengths: int32")
    .Input("boxes: float")
    .Input("box_counts: int32")
    .Output("counts: int32")
    .Output("first_boxes: int32")
    .SetShapeFn(InferPointsInBoxes)
    .Doc(R"doc(
Which points are inside of which boxes; the faces are inside.

A point that is not finite is in no box, and a box that takes no space (see Frazo>PairwiseIou3D) has no points. A point
in several boxes counts in each. InvalidArgument if shapes do not fit.

points: [B, P, 3 or more] x, y, z in metres, and what else.
lengths: [B] real points of each row.
boxes: [B, M, 7].
box_counts: [B] real boxes of each row.
counts: [B, M] points inside; 0 for a box that is not real.
first_boxes: [B, P] index of the first box around a point; -1 for none, and for a point that is not real.
)doc");

absl::Status GetView(OpKernelConstruction* context, IouView* view) {
  std::string name;
  TF_RETURN_IF_ERROR(context->GetAttr("view", &name));
  *view = name == "3d" ? IouView::k3d : IouView::kBirdsEye;
  return absl::OkStatus();
}

std::vector<Box> ToBoxes(const float* numbers, int64_t count) {
  std::vector<Box> boxes(count);
  for (int64_t i = 0; i < count; ++i) boxes[i] = ToBox(numbers + i * kBoxNumbers);
  return boxes;
}

class PairwiseIouOp final : public OpKernel {
 public:
  explicit PairwiseIouOp(OpKernelConstruction* context) : OpKernel(context) {
    OP_REQUIRES_OK(context, GetView(context, &view_));
  }

  void Compute(OpKernelContext* context) override {
    for (const int input : {0, 1}) {
      const Tensor& boxes = context->input(input);
      OP_REQUIRES(context, boxes.dims() == 2 && boxes.dim_size(1) == kBoxNumbers,
                  absl::InvalidArgumentError(absl::StrCat(input == 0 ? "boxes_a" : "boxes_b",
                                                          ": shape ", boxes.shape().DebugString(),
                                                          "; expected [boxes, 7]")));
    }
    const int64_t rows = context->input(0).dim_size(0);
    const int64_t columns = context->input(1).dim_size(0);
    const std::vector<Box> row_boxes = ToBoxes(context->input(0).flat<float>().data(), rows);
    const std::vector<Box> column_boxes = ToBoxes(context->input(1).flat<float>().data(), columns);
    Tensor* iou = nullptr;
    OP_REQUIRES_OK(context, context->allocate_output(0, TensorShape({rows, columns}), &iou));
    float* const out = iou->flat<float>().data();
    const int64_t cycles_per_block = kRowsPerBlock * columns * kCyclesPerPair;
    DeviceThreads(context)->ParallelFor(
        (rows + kRowsPerBlock - 1) / kRowsPerBlock,
        ThreadPool::SchedulingParams::Adaptive(cycles_per_block), [&](int64_t begin, int64_t end) {
          std::vector<double> block(kRowsPerBlock * columns);
          for (int64_t row = begin * kRowsPerBlock; row < std::min(rows, end * kRowsPerBlock);
               row += kRowsPerBlock) {
            const int64_t count = std::min(kRowsPerBlock, rows - row);
            const absl::Span<double> values = absl::MakeSpan(block).subspan(0, count * columns);
            // The sizes fit and a thread is there: it can not fail.
            PairwiseIou(absl::MakeSpan(row_boxes).subspan(row, count), column_boxes, view_, 1,
                        values)
                .IgnoreError();
            std::copy(values.begin(), values.end(), out + row * columns);
          }
        });
  }

 private:
  // Each block makes its own table of the columns.
  static constexpr int64_t kRowsPerBlock = 64;
  // A pair that is far apart, as most are, takes about so many.
  static constexpr int64_t kCyclesPerPair = 4;

  IouView view_;
};

class OrientedNmsOp final : public OpKernel {
 public:
  explicit OrientedNmsOp(OpKernelConstruction* context) : OpKernel(context) {
    OP_REQUIRES_OK(context, GetView(context, &view_));
    OP_REQUIRES_OK(context, context->GetAttr("max_kept", &max_kept_));
    for (size_t k = 0; k < max_kept_.size(); ++k) {
      OP_REQUIRES(context, max_kept_[k] >= 0,
                  absl::InvalidArgumentError(absl::StrCat(
                      "max_kept of class ", k, " is ", max_kept_[k], " but must be at least 0")));
      most_ = std::max(most_, max_kept_[k]);
    }
  }

  void Compute(OpKernelContext* context) override {
    OP_REQUIRES_OK(context, CheckShapes(context));
    const Tensor& boxes = context->input(0);
    const int64_t batch = boxes.dim_size(0);
    const int64_t count = boxes.dim_size(1);
    const int64_t classes = max_kept_.size();
    const std::vector<geometry::ClassNms> settings = Settings(context);
    Outputs outputs;
    OP_REQUIRES_OK(context, Allocate(context, batch, &outputs));
    OP_REQUIRES_OK(context, ForEachRow(context, "boxes", batch, [&](int64_t row, int threads) {
                     const float* const numbers =
                         boxes.flat<float>().data() + row * count * kBoxNumbers;
                     const float* const scores =
                         context->input(1).flat<float>().data() + row * count * classes;
                     const auto kept = SuppressNonMaxima(
                         ToBoxes(numbers, count), {scores, static_cast<size_t>(count * classes)},
                         settings, view_, threads);
                     if (!kept.ok()) return kept.status();
                     for (int64_t k = 0; k < classes; ++k) {
                       Write((*kept)[k], numbers, scores + k, row * classes + k, outputs);
                     }
                     return absl::OkStatus();
                   }));
  }

 private:
  struct Outputs {
    Tensor* boxes = nullptr;
    Tensor* scores = nullptr;
    Tensor* indices = nullptr;
    Tensor* counts = nullptr;
  };

  absl::Status CheckShapes(OpKernelContext* context) const {
    const Tensor& boxes = context->input(0);
    const Tensor& scores = context->input(1);
    const int64_t classes = max_kept_.size();
    if (boxes.dims() != 3 || boxes.dim_size(2) != kBoxNumbers ||
        scores.shape() != TensorShape({boxes.dim_size(0), boxes.dim_size(1), classes})) {
      return absl::InvalidArgumentError(absl::StrCat(
          "boxes: shape ", boxes.shape().DebugString(), " and scores of shape ",
          scores.shape().DebugString(), "; expected [B, N, 7] and [B, N, ", classes, "]"));
    }
    for (const int input : {2, 3}) {
      const TensorShape& shape = context->input(input).shape();
      if (shape == TensorShape({classes})) continue;
      return absl::InvalidArgumentError(
          absl::StrCat(input == 2 ? "iou_thresholds" : "score_thresholds", ": shape ",
                       shape.DebugString(), "; expected [", classes, "] as max_kept"));
    }
    return absl::OkStatus();
  }

  std::vector<geometry::ClassNms> Settings(OpKernelContext* context) const {
    std::vector<geometry::ClassNms> settings;
    for (size_t k = 0; k < max_kept_.size(); ++k) {
      settings.push_back(
          {context->input(2).vec<float>()(k), context->input(3).vec<float>()(k), max_kept_[k]});
    }
    return settings;
  }

  absl::Status Allocate(OpKernelContext* context, int64_t batch, Outputs* outputs) const {
    const int64_t classes = max_kept_.size();
    const TensorShape places({batch, classes, most_});
    TensorShape boxes = places;
    boxes.AddDim(kBoxNumbers);
    TF_RETURN_IF_ERROR(context->allocate_output(0, boxes, &outputs->boxes));
    TF_RETURN_IF_ERROR(context->allocate_output(1, places, &outputs->scores));
    TF_RETURN_IF_ERROR(context->allocate_output(2, places, &outputs->indices));
    return context->allocate_output(3, TensorShape({batch, classes}), &outputs->counts);
  }

  // Writes what is kept of a class; `scores` are those of the class in one row, `place` is the
  // place of row and class.
  void Write(const std::vector<int64_t>& kept, const float* numbers, const float* scores,
             int64_t place, const Outputs& outputs) const {
    float* box = outputs.boxes->flat<float>().data() + place * most_ * kBoxNumbers;
    float* score = outputs.scores->flat<float>().data() + place * most_;
    int32_t* index = outputs.indices->flat<int32_t>().data() + place * most_;
    const int64_t padding = most_ - static_cast<int64_t>(kept.size());
    for (const int64_t i : kept) {
      box = std::copy_n(numbers + i * kBoxNumbers, kBoxNumbers, box);
      *score++ = scores[i * static_cast<int64_t>(max_kept_.size())];
      *index++ = static_cast<int32_t>(i);
    }
    std::fill_n(box, padding * kBoxNumbers, 0.0f);
    std::fill_n(score, padding, 0.0f);
    std::fill_n(index, padding, -1);
    outputs.counts->flat<int32_t>()(place) = static_cast<int32_t>(kept.size());
  }

  IouView view_;
  std::vector<int64_t> max_kept_;
  int64_t most_ = 0;
};

class PointsInBoxesOp final : public OpKernel {
 public:
  using OpKernel::OpKernel;

  void Compute(OpKernelContext* context) override {
    OP_REQUIRES_OK(context, ScanRows::Check("points", context->input(0), context->input(1), 3));
    OP_REQUIRES_OK(context,
                   ScanRows::Check("boxes", context->input(2), context->input(3), kBoxNumbers));
    const ScanRows points(context->input(0), context->input(1));
    const ScanRows boxes(context->input(2), context->input(3));
    OP_REQUIRES(context, boxes.batch() == points.batch() && boxes.width() == kBoxNumbers,
                absl::InvalidArgumentError(absl::StrCat(
                    "boxes: shape ", context->input(2).shape().DebugString(), "; expected [",
                    points.batch(), ", M, 7] as points have ", points.batch(), " rows")));
    Tensor* counts = nullptr;
    Tensor* first_boxes = nullptr;
    OP_REQUIRES_OK(context, context->allocate_output(
                                0, TensorShape({points.batch(), boxes.places()}), &counts));
    OP_REQUIRES_OK(context, context->allocate_output(
                                1, TensorShape({points.batch(), points.places()}), &first_boxes));
    counts->flat<int32_t>().setZero();
    first_boxes->flat<int32_t>().setConstant(geometry::BoxPoints::kNone);
    OP_REQUIRES_OK(
        context, ForEachRow(context, "points", points.batch(), [&](int64_t row, int threads) {
          int32_t* const row_counts = counts->flat<int32_t>().data() + row * boxes.places();
          int32_t* const row_first = first_boxes->flat<int32_t>().data() + row * points.places();
          return PointsInBoxes(points.Points(row), boxes.Boxes(row), threads,
                               {{row_counts, static_cast<size_t>(boxes.length(row))},
                                {row_first, static_cast<size_t>(points.length(row))}});
        }));
  }
};

REGISTER_KERNEL_BUILDER(Name("Frazo>PairwiseIou3D").Device(tensorflow::DEVICE_CPU), PairwiseIouOp);
REGISTER_KERNEL_BUILDER(Name("Frazo>OrientedNms").Device(tensorflow::DEVICE_CPU), OrientedNmsOp);
REGISTER_KERNEL_BUILDER(Name("Frazo>PointsInBoxes").Device(tensorflow::DEVICE_CPU),
                        PointsInBoxesOp);

}  // namespace
}  // namespace frazo::ops
