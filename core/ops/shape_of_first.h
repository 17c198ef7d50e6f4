#ifndef FRAZO_CORE_OPS_SHAPE_OF_FIRST_H_
#define FRAZO_CORE_OPS_SHAPE_OF_FIRST_H_

#include "absl/status/status.h"
#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/shape_inference.h"

namespace frazo::ops {

// The shape function of an op whose only output has the shape of its first input, of rank kRank: a
// gradient by that input.
template <int kRank>
absl::Status InferShapeOfFirst(tensorflow::shape_inference::InferenceContext* context) {
  tensorflow::shape_inference::ShapeHandle shape;
  TF_RETURN_IF_ERROR(context->WithRank(context->input(0), kRank, &shape));
  context->set_output(0, shape);
  return absl::OkStatus();
}

}  // namespace frazo::ops

#endif  // FRAZO_CORE_OPS_SHAPE_OF_FIRST_H_
