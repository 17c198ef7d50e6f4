#include "core/ops/packing_op.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/numeric/huge_pages.h"
#include "core/ops/device_threads.h"
#include "tensorflow/core/framework/tensor.h"
#include "tsl/platform/threadpool.h"

namespace frazo::ops {

using ::tensorflow::Tensor;
using ::tsl::thread::ThreadPool;

PackingOp::PackingOp(tensorflow::OpKernelConstruction* context, const char* name,
                     int64_t values_per_cycle)
    : OpKernel(context), name_(name), values_per_cycle_(values_per_cycle) {
  OP_REQUIRES_OK(context, context->GetAttr("transposed", &is_transposed_));
}

void PackingOp::Compute(tensorflow::OpKernelContext* context) {
  const Tensor& input = context->input(0);
  OP_REQUIRES(
      context, input.dims() == 2,
      absl::InvalidArgumentError(absl::StrCat(
          name_, ": matrix has shape ", input.shape().DebugString(), "; expected 2 dimensions")));
  const gemm::MatrixToPack matrix = {
      input.flat<float>().data(),
      input.dim_size(is_transposed_ ? 1 : 0),
      input.dim_size(is_transposed_ ? 0 : 1),
      is_transposed_,
  };
  const absl::StatusOr<Packer> pack = Allocate(context, matrix);
  OP_REQUIRES_OK(context, pack.status());
  for (int index = 0; index < num_outputs(); ++index) {
    Tensor* const output = context->mutable_output(index);
    numeric::PreferHugePages(output->data(), output->TotalBytes());
  }
  const int64_t cycles = matrix.depth * gemm::kPanelColumns / values_per_cycle_;
  DeviceThreads(context)->ParallelFor(gemm::PanelCount(matrix.columns),
                                      ThreadPool::SchedulingParams::Adaptive(cycles), *pack);
}

}  // namespace frazo::ops
