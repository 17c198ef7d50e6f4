#include <algorithm>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "core/kernels/gemm/int8_matrix.h"
#include "core/kernels/gemm/int8_product.h"
#include "core/kernels/gemm/int8_rows.h"
#include "core/kernels/gemm/packed_matrix.h"
#include "core/ops/device_threads.h"
#include "core/ops/packing_op.h"
#include "core/status/status_macros.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/framework/tensor.h"
#include "tsl/platform/threadpool.h"

namespace frazo::ops {
namespace {

using ::tensorflow::OpKernel;
using ::tensorflow::OpKernelConstruction;
using ::tensorflow::OpKernelContext;
using ::tensorflow::Tensor;
using ::tensorflow::TensorShape;
using ::tsl::thread::ThreadPool;

// So that sums of products stay in 32 bits.
constexpr int64_t kMaxDepth = 65'000;
// Products that a core makes in a cycle, and values that it rounds, roughly.
constexpr int64_t kProductsPerCycle = 64;
constexpr int64_t kRoundedPerCycle = 2;

class QuantizeMatrixOp final : public PackingOp {
 public:
  explicit QuantizeMatrixOp(OpKernelConstruction* context)
      : PackingOp(context, "QuantizeMatrix", kRoundedPerCycle) {}

 protected:
  absl::StatusOr<Packer> Allocate(OpKernelContext* context,
                                  const gemm::MatrixToPack& matrix) const override {
    const int64_t count = gemm::PanelCount(matrix.columns);
    Tensor* panels = nullptr;
    Tensor* scales = nullptr;
    Tensor* sums = nullptr;
    FRAZO_RETURN_IF_ERROR(context->allocate_output(
        0, TensorShape({count, gemm::Int8PanelSize(matrix.depth)}), &panels));
    FRAZO_RETURN_IF_ERROR(context->allocate_output(1, TensorShape({matrix.columns}), &scales));
    FRAZO_RETURN_IF_ERROR(context->allocate_output(2, TensorShape({matrix.columns}), &sums));
    const gemm::Int8MatrixMemory memory = {
        panels->flat<int8_t>().data(), scales->flat<float>().data(), sums->flat<int32_t>().data()};
    return [matrix, memory](int64_t begin, int64_t end) {
      gemm::QuantizePanels(matrix, begin, end, memory);
    };
  }
};

struct Inputs {
  const Tensor& x;
  const Tensor& panels;
  const Tensor& scales;
  const Tensor& sums;
  const Tensor& bias;
};

absl::Status CheckShapes(const Inputs& inputs) {
  const auto& [x, panels, scales, sums, bias] = inputs;
  const auto shape = [](const Tensor& tensor) { return tensor.shape().DebugString(); };
  const bool ranks_fit = x.dims() == 2 && panels.dims() == 2 && scales.dims() == 1;
  const int64_t depth = ranks_fit ? x.dim_size(1) : 0;
  const int64_t units = ranks_fit ? scales.dim_size(0) : 0;
  if (!ranks_fit || sums.shape() != scales.shape() ||
      panels.shape() != TensorShape({gemm::PanelCount(units), gemm::Int8PanelSize(depth)})) {
    return absl::InvalidArgumentError(
        absl::StrCat("Int8MatMul: x has shape ", shape(x), ", panels ", shape(panels), ", scales ",
                     shape(scales), " and sums ", shape(sums),
                     "; expected [rows, depth] and what QuantizeMatrix makes of [depth, units]"));
  }
  if (depth > kMaxDepth) {
    return absl::InvalidArgumentError(absl::StrCat("Int8MatMul: a depth of ", depth, " is above ",
                                                   kMaxDepth, ": the sums might overflow"));
  }
  if (bias.dims() != 1 || (bias.dim_size(0) != 0 && bias.dim_size(0) != units)) {
    return absl::InvalidArgumentError(absl::StrCat("Int8MatMul: bias has shape ", shape(bias),
                                                   "; expected [", units, "] or [0]"));
  }
  return absl::OkStatus();
}

class Int8MatMulOp final : public OpKernel {
 public:
  using OpKernel::OpKernel;

  void Compute(OpKernelContext* context) override {
    const Inputs inputs = {context->input(0), context->input(1), context->input(2),
                           context->input(3), context->input(4)};
    OP_REQUIRES_OK(context, CheckShapes(inputs));
    const int64_t rows = inputs.x.dim_size(0);
    const int64_t depth = inputs.x.dim_size(1);
    const int64_t units = inputs.scales.dim_size(0);
    Tensor* output = nullptr;
    OP_REQUIRES_OK(context, context->allocate_output(0, TensorShape({rows, units}), &output));
    const gemm::Int8Rows x(inputs.x.flat<float>().data(), rows, depth);
    const gemm::Int8Matrix matrix = {inputs.panels.flat<int8_t>().data(),
                                     inputs.scales.flat<float>().data(),
                                     inputs.sums.flat<int32_t>().data(), depth, units};
    const float* bias = inputs.bias.NumElements() == 0 ? nullptr : inputs.bias.flat<float>().data();
    float* y = output->flat<float>().data();
    // For one row, the panel's way from memory takes longer.
    const int64_t products = depth * gemm::kPanelColumns * std::max<int64_t>(rows, 8);
    DeviceThreads(context)->ParallelFor(
        gemm::PanelCount(units),
        ThreadPool::SchedulingParams::Adaptive(products / kProductsPerCycle),
        [&](int64_t begin, int64_t end) {
          gemm::MultiplyInt8Panels(x, matrix, begin, end, bias, y);
        });
  }
};

REGISTER_KERNEL_BUILDER(Name("Frazo>QuantizeMatrix").Device(tensorflow::DEVICE_CPU),
                        QuantizeMatrixOp);
REGISTER_KERNEL_BUILDER(Name("Frazo>Int8MatMul").Device(tensorflow::DEVICE_CPU), Int8MatMulOp);

}  // namespace
}  // namespace frazo::ops
