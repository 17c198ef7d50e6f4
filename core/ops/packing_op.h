#ifndef FRAZO_CORE_OPS_PACKING_OP_H_
#define FRAZO_CORE_OPS_PACKING_OP_H_

#include <cstdint>
#include <functional>

#include "absl/status/statusor.h"
#include "core/kernels/gemm/packed_matrix.h"
#include "tensorflow/core/framework/op_kernel.h"

namespace frazo::ops {

// An op that packs its input, a matrix, into panels. Attribute: `transposed`.
class PackingOp : public tensorflow::OpKernel {
 public:
  void Compute(tensorflow::OpKernelContext* context) final;

 protected:
  // Packs panels [begin, end).
  using Packer = std::function<void(int64_t begin, int64_t end)>;

  // `name`: the name of the op, for errors. `values_per_cycle`: about how many values of the matrix
  // a core packs in a cycle.
  PackingOp(tensorflow::OpKernelConstruction* context, const char* name, int64_t values_per_cycle);

  // Allocates the outputs and returns the function that fills them.
  virtual absl::StatusOr<Packer> Allocate(tensorflow::OpKernelContext* context,
                                          const gemm::MatrixToPack& matrix) const = 0;

 private:
  const char* const name_;
  const int64_t values_per_cycle_;
  bool is_transposed_;
};

}  // namespace frazo::ops

#endif  // FRAZO_CORE_OPS_PACKING_OP_H_
