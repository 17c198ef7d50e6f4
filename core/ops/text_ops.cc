#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/shape_inference.h"

namespace frazo::ops {
namespace {

using ::tensorflow::shape_inference::DimensionHandle;
using ::tensorflow::shape_inference::InferenceContext;
using ::tensorflow::shape_inference::ShapeHandle;

absl::Status InferEncode(InferenceContext* context) {
  ShapeHandle unused, texts;
  TF_RETURN_IF_ERROR(context->WithRank(context->input(0), 1, &unused));
  TF_RETURN_IF_ERROR(context->WithRank(context->input(1), 1, &texts));
  const DimensionHandle batch = context->Dim(texts, 0);
  context->set_output(0, context->Matrix(batch, context->UnknownDim()));
  context->set_output(1, texts);
  context->set_output(2, texts);
  return absl::OkStatus();
}

absl::Status InferDecode(InferenceContext* context) {
  ShapeHandle unused, ids, rows, lengths;
  TF_RETURN_IF_ERROR(context->WithRank(context->input(0), 1, &unused));
  TF_RETURN_IF_ERROR(context->WithRankAtLeast(context->input(1), 1, &ids));
  TF_RETURN_IF_ERROR(context->Subshape(ids, 0, -1, &rows));
  TF_RETURN_IF_ERROR(context->Merge(rows, context->input(2), &lengths));
  context->set_output(0, lengths);
  return absl::OkStatus();
}

REGISTER_OP("Frazo>EncodeTexts")
    .Input("files: string")
    .Input("texts: string")
    .Attr("tokenizer: string")
    .Attr("prepend_sos: bool = false")
    .Attr("append_eos: bool = false")
    .Attr("max_length: int >= 0 = 0")
    .Output("ids: int32")
    .Output("lengths: int32")
    .Output("whole_lengths: int32")
    // It reads files, which TensorFlow is not to do while it optimizes a graph.
    .SetIsStateful()
    .SetShapeFn(InferEncode)
    .Doc(R"doc(
From texts to ids. Bytes that are not UTF-8 are read as U+FFFD.

InvalidArgument for a wrong number of files or a file that is wrong; NotFound for one that is missing.

files: [n] the paths of the tokenizer's files, in the order of the numbers of the fields that name them.
texts: [B]
tokenizer: a serialized frazo.Tokenizer. Paths in it do not count.
prepend_sos: whether ids begin with the token that starts sentences.
append_eos: whether ids end with the token that ends sentences.
max_length: what is over it is cut off at the end, before eos; 0: nothing is.
ids: [B, longest] 0 behind the last of each.
lengths: [B] ids of each.
whole_lengths: [B] the same if nothing was cut off.
)doc");

REGISTER_OP("Frazo>DecodeTexts")
    .Input("files: string")
    .Input("ids: int32")
    .Input("lengths: int32")
    .Attr("tokenizer: string")
    .Output("texts: string")
    .SetIsStateful()
    .SetShapeFn(InferDecode)
    .Doc(R"doc(
From ids to texts. The tokens that start and end sentences become nothing.

InvalidArgument for an id outside of the vocabulary, a length that is not in 0 .. longest, shapes that do not
fit, a wrong number of files or a file that is wrong; NotFound for one that is missing.

files: [n] as for EncodeTexts.
ids: [..., longest]
lengths: [...] how many of the last dimension are ids.
tokenizer: as for EncodeTexts.
texts: [...]
)doc");

}  // namespace
}  // namespace frazo::ops
