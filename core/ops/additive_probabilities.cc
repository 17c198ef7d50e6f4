#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/kernels/lstm/source_probabilities.h"
#include "core/ops/device_threads.h"
#include "core/ops/row_entries.h"
#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/framework/shape_inference.h"
#include "tensorflow/core/framework/tensor.h"
#include "tsl/platform/threadpool.h"

namespace frazo::ops {
namespace {

using ::tensorflow::OpKernel;
using ::tensorflow::OpKernelConstruction;
using ::tensorflow::OpKernelContext;
using ::tensorflow::Tensor;
using ::tensorflow::TensorShape;
using ::tensorflow::shape_inference::InferenceContext;
using ::tensorflow::shape_inference::ShapeHandle;
using ::tsl::thread::ThreadPool;

absl::Status InferShape(InferenceContext* context) {
  ShapeHandle queries, keys, unused;
  TF_RETURN_IF_ERROR(context->WithRank(context->input(0), 2, &queries));
  TF_RETURN_IF_ERROR(context->WithRank(context->input(1), 3, &keys));
  TF_RETURN_IF_ERROR(context->WithRank(context->input(2), 1, &unused));
  TF_RETURN_IF_ERROR(context->WithRank(context->input(3), 2, &unused));
  TF_RETURN_IF_ERROR(context->WithRank(context->input(4), 1, &unused));
  context->set_output(0, context->Matrix(context->Dim(queries, 0), context->Dim(keys, 1)));
  return absl::OkStatus();
}

REGISTER_OP("Frazo>AdditiveProbabilities")
    .Input("queries: float")
    .Input("keys: float")
    .Input("energy: float")
    .Input("mask: bool")
    .Input("row_entries: int32")
    .Output("probabilities: float")
    .SetShapeFn(InferShape)
    .Doc(R"doc(
The probabilities of additive attention (Bahdanau et al. 2015) of one query a row, as in a step of decoding.

probabilities[r] is the softmax over the sources s of energy . tanh(keys[e, s] + queries[r]), where e is row_entries[r].
Many rows may attend to one entry, such as the hypotheses of a sentence to its source: nothing is copied for each.
The result does not depend on the number of threads. It has no gradient. InvalidArgument if the shapes do not fit, or a
row's entry is none.

queries: [rows, hidden].
keys: [entries, sources, hidden].
energy: [hidden].
mask: [entries, sources] true where a source is; if an entry has none, its probabilities are equal.
row_entries: [rows] the entry that each row attends to.
probabilities: [rows, sources]; zero where no source is.
)doc");

// About the cycles that a core takes for the tanh of a value.
constexpr int64_t kCyclesPerValue = 2;

struct Inputs {
  const Tensor& queries;
  const Tensor& keys;
  const Tensor& energy;
  const Tensor& mask;
  const Tensor& row_entries;
};

absl::Status CheckShapes(const Inputs& inputs) {
  const auto& [queries, keys, energy, mask, row_entries] = inputs;
  const bool fit = queries.dims() == 2 && keys.dims() == 3 && energy.dims() == 1 &&
                   energy.dim_size(0) == queries.dim_size(1) &&
                   keys.dim_size(2) == queries.dim_size(1) &&
                   mask.shape() == TensorShape({keys.dim_size(0), keys.dim_size(1)}) &&
                   row_entries.shape() == TensorShape({queries.dim_size(0)});
  if (fit) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "AdditiveProbabilities: queries have shape ", queries.shape().DebugString(), ", keys ",
      keys.shape().DebugString(), ", energy ", energy.shape().DebugString(), ", mask ",
      mask.shape().DebugString(), " and row_entries ", row_entries.shape().DebugString(),
      "; expected [rows, hidden], [entries, sources, hidden], [hidden], [entries, sources] and "
      "[rows]"));
}

class AdditiveProbabilitiesOp final : public OpKernel {
 public:
  explicit AdditiveProbabilitiesOp(OpKernelConstruction* context) : OpKernel(context) {}

  void Compute(OpKernelContext* context) override {
    const Inputs inputs = {context->input(0), context->input(1), context->input(2),
                           context->input(3), context->input(4)};
    OP_REQUIRES_OK(context, CheckShapes(inputs));
    OP_REQUIRES_OK(context, CheckRowEntries("AdditiveProbabilities", inputs.row_entries,
                                            "the keys have", inputs.keys.dim_size(0)));
    const int64_t rows = inputs.queries.dim_size(0), hidden = inputs.queries.dim_size(1);
    const int64_t sources = inputs.keys.dim_size(1);
    Tensor* output = nullptr;
    OP_REQUIRES_OK(context, context->allocate_output(0, TensorShape({rows, sources}), &output));
    const float* queries = inputs.queries.flat<float>().data();
    const float* keys = inputs.keys.flat<float>().data();
    const float* energy = inputs.energy.flat<float>().data();
    const bool* mask = inputs.mask.flat<bool>().data();
    const int32_t* entries = inputs.row_entries.flat<int32_t>().data();
    float* probabilities = output->flat<float>().data();
    DeviceThreads(context)->ParallelFor(
        rows, ThreadPool::SchedulingParams::Adaptive(kCyclesPerValue * sources * hidden + 1),
        [&](int64_t begin, int64_t end) {
          for (int64_t row = begin; row < end; ++row) {
            const int64_t first = entries[row] * sources;
            lstm::FindProbabilities(
                {keys + first * hidden, sources, queries + row * hidden, energy, hidden},
                mask + first, probabilities + row * sources);
          }
        });
  }
};

REGISTER_KERNEL_BUILDER(Name("Frazo>AdditiveProbabilities").Device(tensorflow::DEVICE_CPU),
                        AdditiveProbabilitiesOp);

}  // namespace

}  // namespace frazo::ops
