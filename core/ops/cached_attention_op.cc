#include <cstdint>

#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/shape_inference.h"

namespace frazo::ops {
namespace {

using ::tensorflow::shape_inference::InferenceContext;
using ::tensorflow::shape_inference::ShapeHandle;

absl::Status InferShape(InferenceContext* context) {
  ShapeHandle queries, cache, unused;
  TF_RETURN_IF_ERROR(context->WithRank(context->input(0), 2, &queries));
  TF_RETURN_IF_ERROR(context->WithRank(context->input(1), 3, &cache));
  TF_RETURN_IF_ERROR(context->WithRank(context->input(2), 3, &unused));
  TF_RETURN_IF_ERROR(context->WithRank(context->input(3), 1, &unused));
  context->set_output(0, queries);
  context->set_output(1, context->Matrix(context->Dim(queries, 0), context->Dim(cache, 1)));
  return absl::OkStatus();
}

REGISTER_OP("Frazo>CachedAttention")
    .Input("queries: float")
    .Input("cache: float")
    .Input("bias: float")
    .Input("row_entries: int32")
    .Output("sums: float")
    .Output("probabilities: float")
    .Attr("head_dim: int >= 1")
    .SetShapeFn(InferShape)
    .Doc(R"doc(
softmax(queries keys^T + bias) values for one query a row and head, as in a step of decoding.

Many rows may attend to one entry, such as the hypotheses of a sentence to its source: nothing is copied for each.
With no positions the sums are 0. The result does not depend on the number of threads. It has no gradient.
InvalidArgument if the shapes do not fit, or a row's entry is none.

queries: [rows, heads head_dim], scaled.
cache: [entries, positions, 2 shared_heads head_dim]: of each position the keys of all heads, then the values. shared_heads
  divides heads; consecutive heads of the queries share one.
bias: [1 or entries, 1 or heads, positions], added to the logits; or without any element for none.
row_entries: [rows] the entry that each row attends to.
sums: [rows, heads head_dim].
probabilities: [rows, positions], in the mean over the heads.
head_dim: size of a head.
)doc");

}  // namespace
}  // namespace frazo::ops
