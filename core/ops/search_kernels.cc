#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "core/decode/create_search.h"
#include "core/decode/parallel_rows.h"
#include "core/decode/search.h"
#include "core/decode/search_inputs.h"
#include "core/decode/search_results.h"
#include "core/ops/device_threads.h"
#include "core/ops/search_handle.h"
#include "frazo/proto/search.pb.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/framework/tensor.h"
#include "tensorflow/core/framework/variant.h"
#include "tsl/platform/threadpool.h"

namespace frazo::ops {
namespace {

using ::tensorflow::OpKernel;
using ::tensorflow::OpKernelContext;
using ::tensorflow::Tensor;
using ::tensorflow::TensorShape;
using ::tensorflow::TensorShapeUtils;
using ::tensorflow::Variant;
using ::tsl::thread::ThreadPool;

// Divides rows among the threads of the device that the op runs on.
class DeviceRows final : public decode::ParallelRows {
 public:
  explicit DeviceRows(OpKernelContext* context) : pool_(DeviceThreads(context)) {}

  void Run(int64_t count, int64_t cycles,
           absl::FunctionRef<void(int64_t begin, int64_t end)> work) override {
    pool_->ParallelFor(count, ThreadPool::SchedulingParams::Adaptive(cycles),
                       [work](int64_t begin, int64_t end) { work(begin, end); });
  }

 private:
  ThreadPool* const pool_;
};

template <typename Value>
absl::Span<const Value> Values(const Tensor& tensor) {
  // Braces would make a list of two booleans of it.
  return absl::Span<const Value>(tensor.flat<Value>().data(), tensor.NumElements());
}

absl::Status CheckRank(const Tensor& tensor, int rank, const char* name) {
  if (tensor.dims() == rank) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(name, ": shape ", tensor.shape().DebugString(),
                                                 "; expected ", rank, " dimensions"));
}

// A tensor of no elements stands for one that is left out.
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
  // The input's own search if no other tensor has it, else a copy.
  static absl::Status Take(OpKernelContext* context, std::shared_ptr<decode::Search>* taken) {
    auto search = SearchOf(context->input(0));
    if (!search.ok()) return search.status();
    tensorflow::AllocatorAttributes on_host;
    on_host.set_on_host(true);
    // Given only if nobody else refers to the tensor. The handle in it and `search` are then two.
    const std::unique_ptr<Tensor> own =
        context->forward_input(0, OpKernelContext::Params::kNoReservation, tensorflow::DT_VARIANT,
                               TensorShape({}), context->input_memory_type(0), on_host);
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
