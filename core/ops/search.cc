#include "core/decode/search.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "core/decode/create_search.h"
#include "core/decode/search_inputs.h"
#include "core/decode/search_results.h"
#include "core/ops/device_rows.h"
#include "core/ops/search_handle.h"
#include "frazo/proto/search.pb.h"
#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/framework/shape_inference.h"
#include "tensorflow/core/framework/tensor.h"
#include "tensorflow/core/framework/variant.h"

namespace frazo::ops {
namespace {

using ::tensorflow::OpKernel;
using ::tensorflow::OpKernelContext;
using ::tensorflow::Tensor;
using ::tensorflow::TensorShape;
using ::tensorflow::TensorShapeUtils;
using ::tensorflow::Variant;
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

template <typename Value>
absl::Span<const Value> Values(const Tensor& tensor) {
  // Braces would be read as a list of two booleans.
  return absl::Span<const Value>(tensor.flat<Value>().data(), tensor.NumElements());
}

absl::Status CheckRank(const Tensor& tensor, int rank, const char* name) {
  if (tensor.dims() == rank) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(name, ": shape ", tensor.shape().DebugString(),
                                                 "; expected ", rank, " dimensions"));
}

// A tensor without elements stands for a missing one.
absl::Status CheckShape(const Tensor& tensor, int64_t rows, int64_t columns, const char* name) {
  const TensorShape expected({rows, columns});
  if (tensor.shape() == expected || (tensor.NumElements() == 0 && rows * columns == 0)) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat(name, ": shape ", tensor.shape().DebugString(),
                                                 "; expected ", expected.DebugString()));
}

absl::StatusOr<std::shared_ptr<decode::Search>> SearchOf(const Tensor& tensor) {
  if (TensorShapeUtils::IsScalar(tensor.shape())) {
    const SearchHandle* const handle = tensor.scalar<Variant>()().get<SearchHandle>();
    if (handle != nullptr && handle->search != nullptr) return handle->search;
  }
  return absl::InvalidArgumentError(
      "search: not a search handle; pass the output of SearchBegin or SearchStep");
}

void SetRows(OpKernelContext* context, int output, absl::Span<const int32_t> rows) {
  Tensor* tensor = nullptr;
  const TensorShape shape({static_cast<int64_t>(rows.size())});
  OP_REQUIRES_OK(context, context->allocate_output(output, shape, &tensor));
  std::copy(rows.begin(), rows.end(), tensor->flat<int32_t>().data());
}

void SetSearch(OpKernelContext* context, std::shared_ptr<decode::Search> search) {
  Tensor* tensor = nullptr;
  OP_REQUIRES_OK(context, context->allocate_output(0, TensorShape({}), &tensor));
  tensor->scalar<Variant>()() = SearchHandle{std::move(search)};
}

class SearchBeginOp final : public OpKernel {
 public:
  using OpKernel::OpKernel;

  void Compute(OpKernelContext* context) override {
    constexpr int kRanks[] = {0, 0, 0, 0, 1, 2, 1, 1};
    constexpr const char* kNames[] = {"config",         "sentences", "vocabulary",     "source",
                                      "source_lengths", "forced",    "forced_lengths", "seeds"};
    for (int input = 0; input < 8; ++input) {
      OP_REQUIRES_OK(context, CheckRank(context->input(input), kRanks[input], kNames[input]));
    }
    frazo::Search config;
    const std::string serialized(context->input(0).scalar<tensorflow::tstring>()());
    OP_REQUIRES(context, config.ParseFromString(serialized),
                absl::InvalidArgumentError("config: no serialized frazo.Search"));
    decode::SearchInputs inputs;
    inputs.sentences = context->input(1).scalar<int32_t>()();
    inputs.vocabulary = context->input(2).scalar<int32_t>()();
    inputs.source = context->input(3).scalar<int32_t>()();
    inputs.source_lengths = Values<int32_t>(context->input(4));
    inputs.forced = Values<int32_t>(context->input(5));
    inputs.forced_lengths = Values<int32_t>(context->input(6));
    inputs.seeds = Values<int64_t>(context->input(7));
    OP_REQUIRES(
        context, inputs.forced_lengths.empty() || context->input(5).dim_size(0) == inputs.sentences,
        absl::InvalidArgumentError(absl::StrCat("forced: rows for ", context->input(5).dim_size(0),
                                                " sentences; expected ", inputs.sentences)));
    auto search = decode::CreateSearch(config, inputs);
    OP_REQUIRES_OK(context, search.status());
    SetRows(context, 1, (*search)->parents());
    SetRows(context, 2, (*search)->sentences());
    SetSearch(context, *std::move(search));
  }
};

class SearchStepOp final : public OpKernel {
 public:
  using OpKernel::OpKernel;

  void Compute(OpKernelContext* context) override {
    std::shared_ptr<decode::Search> search;
    OP_REQUIRES_OK(context, Take(context, &search));
    const Tensor& scores = context->input(1);
    const Tensor& attention = context->input(2);
    const Tensor& is_last_chunk = context->input(3);
    OP_REQUIRES_OK(context, CheckRank(is_last_chunk, 1, "is_last_chunk"));
    if (!search->done()) {
      OP_REQUIRES_OK(context, CheckShape(scores, search->rows(), search->vocabulary(), "scores"));
      OP_REQUIRES_OK(context, CheckShape(attention, search->rows(), search->source(), "attention"));
    }
    decode::StepScores step;
    step.scores = Values<float>(scores);
    step.attention = Values<float>(attention);
    step.is_last_chunk = Values<bool>(is_last_chunk);
    DeviceRows threads(context);
    OP_REQUIRES_OK(context, search->Step(step, &threads));
    SetRows(context, 1, search->tokens());
    SetRows(context, 2, search->parents());
    SetRows(context, 3, search->sentences());
    SetSearch(context, std::move(search));
  }

 private:
  // Takes the search of the input if no other tensor has it, else a copy.
  static absl::Status Take(OpKernelContext* context, std::shared_ptr<decode::Search>* taken) {
    auto search = SearchOf(context->input(0));
    if (!search.ok()) return search.status();
    // TensorFlow gives the tensor only if nobody else refers to it. The handle in it and `search`
    // are then two references.
    const std::unique_ptr<Tensor> own =
        context->forward_input(0, OpKernelContext::Params::kNoReservation, tensorflow::DT_VARIANT,
                               TensorShape({}), context->input_memory_type(0), {});
    constexpr int kHandleAndLocal = 2;
    *taken = own != nullptr && search->use_count() == kHandleAndLocal
                 ? *std::move(search)
                 : std::shared_ptr<decode::Search>((*search)->Clone());
    return absl::OkStatus();
  }
};

class SearchResultsOp final : public OpKernel {
 public:
  using OpKernel::OpKernel;

  void Compute(OpKernelContext* context) override {
    const auto search = SearchOf(context->input(0));
    OP_REQUIRES_OK(context, search.status());
    const decode::SearchResults results = (*search)->Results();
    const TensorShape hypotheses({results.sentences, results.best});
    const TensorShape tokens({results.sentences, results.best, results.longest});
    const TensorShape weights({results.sentences, results.best, results.longest, results.source});
    Set(context, 0, tokens, results.tokens);
    Set(context, 1, tokens, results.token_scores);
    Set(context, 2, hypotheses, results.lengths);
    Set(context, 3, hypotheses, results.totals);
    Set(context, 4, hypotheses, results.normalized);
    std::vector<int32_t> reasons(results.reasons.size());
    std::transform(results.reasons.begin(), results.reasons.end(), reasons.begin(),
                   [](decode::FinishReason reason) { return static_cast<int32_t>(reason); });
    Set(context, 5, hypotheses, reasons);
    Set(context, 6, weights, results.attention);
  }

 private:
  template <typename Value>
  static void Set(OpKernelContext* context, int output, const TensorShape& shape,
                  const std::vector<Value>& values) {
    Tensor* tensor = nullptr;
    OP_REQUIRES_OK(context, context->allocate_output(output, shape, &tensor));
    std::copy(values.begin(), values.end(), tensor->flat<Value>().data());
  }
};

REGISTER_KERNEL_BUILDER(Name("Frazo>SearchBegin").Device(tensorflow::DEVICE_CPU), SearchBeginOp);
REGISTER_KERNEL_BUILDER(Name("Frazo>SearchStep").Device(tensorflow::DEVICE_CPU), SearchStepOp);
REGISTER_KERNEL_BUILDER(Name("Frazo>SearchResults").Device(tensorflow::DEVICE_CPU),
                        SearchResultsOp);

}  // namespace

}  // namespace frazo::ops
