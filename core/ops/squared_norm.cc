#include <algorithm>
#include <cstdint>
#include <numeric>
#include <vector>

#include "core/kernels/norm/sum_of_squares.h"
#include "core/ops/device_threads.h"
#include "tensorflow/core/framework/common_shape_fns.h"
#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/framework/shape_inference.h"
#include "tensorflow/core/framework/tensor.h"
#include "tsl/platform/threadpool.h"

namespace frazo::ops {
namespace {

using ::tensorflow::OpKernel;
using ::tensorflow::OpKernelContext;
using ::tensorflow::Tensor;
using ::tsl::thread::ThreadPool;

REGISTER_OP("Frazo>SquaredNorm")
    .Input("values: float")
    .Output("sum: float")
    .SetShapeFn(tensorflow::shape_inference::ScalarShape)
    .Doc(R"doc(
The sum of the squares of all values.

The result does not depend on the number of threads. It is infinite above the largest float, and not finite if a value
is not. [3, -4] gives 25.

values: of any shape.
sum: [].
)doc");

// About the number of values that a core reads per cycle.
constexpr int64_t kValuesPerCycle = 4;

class SquaredNormOp final : public OpKernel {
 public:
  using OpKernel::OpKernel;

  void Compute(OpKernelContext* context) override {
    const Tensor& input = context->input(0);
    const float* values = input.flat<float>().data();
    const int64_t count = input.NumElements();
    Tensor* output = nullptr;
    OP_REQUIRES_OK(context, context->allocate_output(0, {}, &output));
    const int64_t blocks = (count + norm::kSquaresBlock - 1) / norm::kSquaresBlock;
    std::vector<double> sums(blocks);
    DeviceThreads(context)->ParallelFor(
        blocks, ThreadPool::SchedulingParams::Adaptive(norm::kSquaresBlock / kValuesPerCycle),
        [&](int64_t begin, int64_t end) {
          for (int64_t block = begin; block < end; ++block) {
            const int64_t first = block * norm::kSquaresBlock;
            sums[block] =
                norm::SumOfSquares(values + first, std::min(norm::kSquaresBlock, count - first));
          }
        });
    output->scalar<float>()() = static_cast<float>(std::accumulate(sums.begin(), sums.end(), 0.0));
  }
};

REGISTER_KERNEL_BUILDER(Name("Frazo>SquaredNorm").Device(tensorflow::DEVICE_CPU), SquaredNormOp);

}  // namespace

}  // namespace frazo::ops
