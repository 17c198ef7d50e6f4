#include "core/boxes/points_in_boxes.h"

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/ops/scan_rows.h"
#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/framework/shape_inference.h"
#include "tensorflow/core/framework/tensor.h"

namespace frazo::ops {
namespace {

using ::tensorflow::OpKernel;
using ::tensorflow::OpKernelContext;
using ::tensorflow::Tensor;
using ::tensorflow::TensorShape;
using ::tensorflow::shape_inference::DimensionHandle;
using ::tensorflow::shape_inference::InferenceContext;
using ::tensorflow::shape_inference::ShapeHandle;

// x, y, z, length, width, height, heading.
constexpr int64_t kBoxNumbers = 7;

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

A point that is not finite is in no box, and a box that takes no space (see Frazo>PairwiseIou) has no points. A point
in several boxes counts in each. InvalidArgument if shapes do not fit.

points: [B, P, 3 or more] x, y, z in metres, and what else.
lengths: [B] real points of each row.
boxes: [B, M, 7].
box_counts: [B] real boxes of each row.
counts: [B, M] points inside; 0 for a box that is not real.
first_boxes: [B, P] index of the first box around a point; -1 for none, and for a point that is not real.
)doc");

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
    first_boxes->flat<int32_t>().setConstant(boxes::BoxPoints::kNone);
    OP_REQUIRES_OK(
        context, ForEachScan(context, "points", points.batch(), [&](int64_t row, int threads) {
          int32_t* const row_counts = counts->flat<int32_t>().data() + row * boxes.places();
          int32_t* const row_first = first_boxes->flat<int32_t>().data() + row * points.places();
          return PointsInBoxes(points.Points(row), boxes.Boxes(row), threads,
                               {{row_counts, static_cast<size_t>(boxes.length(row))},
                                {row_first, static_cast<size_t>(points.length(row))}});
        }));
  }
};

REGISTER_KERNEL_BUILDER(Name("Frazo>PointsInBoxes").Device(tensorflow::DEVICE_CPU),
                        PointsInBoxesOp);

}  // namespace
}  // namespace frazo::ops
