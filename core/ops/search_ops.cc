#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/shape_inference.h"

namespace frazo::ops {
namespace {

using ::tensorflow::shape_inference::DimensionHandle;
using ::tensorflow::shape_inference::InferenceContext;
using ::tensorflow::shape_inference::ShapeHandle;

absl::Status InferBegin(InferenceContext* context) {
  ShapeHandle unused;
  for (int input = 0; input < 4; ++input) {
    TF_RETURN_IF_ERROR(context->WithRank(context->input(input), 0, &unused));
  }
  TF_RETURN_IF_ERROR(context->WithRank(context->input(4), 1, &unused));
  TF_RETURN_IF_ERROR(context->WithRank(context->input(5), 2, &unused));
  TF_RETURN_IF_ERROR(context->WithRank(context->input(6), 1, &unused));
  TF_RETURN_IF_ERROR(context->WithRank(context->input(7), 1, &unused));
  const DimensionHandle rows = context->UnknownDim();
  context->set_output(0, context->Scalar());
  context->set_output(1, context->Vector(rows));
  context->set_output(2, context->Vector(rows));
  return absl::OkStatus();
}

absl::Status InferStep(InferenceContext* context) {
  ShapeHandle unused;
  TF_RETURN_IF_ERROR(context->WithRank(context->input(0), 0, &unused));
  TF_RETURN_IF_ERROR(context->WithRank(context->input(1), 2, &unused));
  TF_RETURN_IF_ERROR(context->WithRank(context->input(2), 2, &unused));
  TF_RETURN_IF_ERROR(context->WithRank(context->input(3), 1, &unused));
  const DimensionHandle rows = context->UnknownDim();
  context->set_output(0, context->Scalar());
  for (int output = 1; output < 4; ++output) context->set_output(output, context->Vector(rows));
  return absl::OkStatus();
}

absl::Status InferResults(InferenceContext* context) {
  ShapeHandle unused;
  TF_RETURN_IF_ERROR(context->WithRank(context->input(0), 0, &unused));
  const DimensionHandle sentences = context->UnknownDim();
  const DimensionHandle best = context->UnknownDim();
  const DimensionHandle longest = context->UnknownDim();
  const ShapeHandle hypotheses = context->Matrix(sentences, best);
  const ShapeHandle tokens = context->MakeShape({sentences, best, longest});
  context->set_output(0, tokens);
  context->set_output(1, tokens);
  for (int output = 2; output < 6; ++output) context->set_output(output, hypotheses);
  context->set_output(6, context->MakeShape({sentences, best, longest, context->UnknownDim()}));
  return absl::OkStatus();
}

REGISTER_OP("Frazo>SearchBegin")
    .Input("config: string")
    .Input("sentences: int32")
    .Input("vocabulary: int32")
    .Input("source: int32")
    .Input("source_lengths: int32")
    .Input("forced: int32")
    .Input("forced_lengths: int32")
    .Input("seeds: int64")
    .Output("search: variant")
    .Output("parents: int32")
    .Output("row_sentences: int32")
    // Stateful, so that constant folding leaves it alone: a Search cannot become a constant.
    .SetIsStateful()
    .SetShapeFn(InferBegin)
    .Doc(R"doc(
A search for token sequences, before its first step.

InvalidArgument names the field of the config or the input that is wrong.

config: [] a serialized frazo.Search.
sentences: [] B.
vocabulary: [] V, tokens.
source: [] S, attention weights that come with each row of scores; 0 for none.
source_lengths: [B] source positions that count for the coverage, or [0]: S for each.
forced: [B, longest] tokens that each hypothesis begins with, read up to forced_lengths.
forced_lengths: [B], or [0]: no token is forced.
seeds: [B] what tells a sentence's random draws from another's, or [0]: 0, 1, ...
search: [] the search, for SearchStep and SearchResults.
parents: [rows] the sentence whose state each row of the model begins with.
row_sentences: [rows] the same.
)doc");

REGISTER_OP("Frazo>SearchStep")
    .Input("search: variant")
    .Input("scores: float")
    .Input("attention: float")
    .Input("is_last_chunk: bool")
    .Output("next_search: variant")
    .Output("tokens: int32")
    .Output("parents: int32")
    .Output("row_sentences: int32")
    .SetShapeFn(InferStep)
    .Doc(R"doc(
One step of a search: every row goes on with a token or ends. The search is done when there is no next row.

The search itself is not changed; one that nobody else refers to is not copied, either. InvalidArgument for
shapes that do not fit, and for scores of a row that are all NaN or of which one is plus infinity, naming the
sentence, the hypothesis and the step; FailedPrecondition if the search is done.

search: [] from SearchBegin or SearchStep.
scores: [rows, V] logits or log-probabilities, as the search's config says.
attention: [rows, S] the weights by which the scores were made; without any element if S = 0.
is_last_chunk: [rows] for transducers: whether the row reads the last chunk; or [0]: none does.
next_search: [] the search after the step.
tokens: [next rows] the token that each row was extended by.
parents: [next rows] the row that it extends: the model's state of row i is that of row parents[i].
row_sentences: [next rows] the sentence of each, ascending.
)doc");

REGISTER_OP("Frazo>SearchResults")
    .Input("search: variant")
    .Output("tokens: int32")
    .Output("token_scores: float")
    .Output("lengths: int32")
    .Output("totals: float")
    .Output("normalized: float")
    .Output("reasons: int32")
    .Output("attention: float")
    .SetShapeFn(InferResults)
    .Doc(R"doc(
The hypotheses of a search that have ended by now, best first.

Where a sentence has fewer than `best`, reasons and lengths are 0, totals and normalized minus infinity.

search: [] from SearchBegin or SearchStep.
tokens: [B, best, longest] the token that ended the hypothesis included; 0 behind it.
token_scores: [B, best, longest] log-probabilities; 0 behind the last token.
lengths: [B, best] tokens of each hypothesis.
totals: [B, best] sums of the token scores; of merged paths the logarithm of their probability.
normalized: [B, best] what they are ranked by, as frazo.Search says.
reasons: [B, best] 1: by its end token; 2: by the end of the last chunk; 3: cut; 0: there is no hypothesis.
attention: [B, best, longest, S] the weights by which each token was scored.
)doc");

}  // namespace
}  // namespace frazo::ops
