#ifndef FRAZO_CORE_OPS_SOURCE_DATASET_SHAPE_H_
#define FRAZO_CORE_OPS_SOURCE_DATASET_SHAPE_H_

#include "tensorflow/core/framework/common_shape_fns.h"
#include "tensorflow/core/framework/shape_inference.h"

namespace frazo::ops {

// The shape function of an op that returns a dataset and has two arguments of these ranks.
template <int kFirstRank, int kSecondRank>
absl::Status InferSourceDatasetShape(tensorflow::shape_inference::InferenceContext* context) {
  tensorflow::shape_inference::ShapeHandle unused;
  TF_RETURN_IF_ERROR(context->WithRank(context->input(0), kFirstRank, &unused));
  TF_RETURN_IF_ERROR(context->WithRank(context->input(1), kSecondRank, &unused));
  return tensorflow::shape_inference::ScalarShape(context);
}

}  // namespace frazo::ops

#endif  // FRAZO_CORE_OPS_SOURCE_DATASET_SHAPE_H_
