#ifndef FRAZO_CORE_KERNELS_GEMM_INT8_PRODUCT_H_
#define FRAZO_CORE_KERNELS_GEMM_INT8_PRODUCT_H_

#include <cstdint>

#include "core/kernels/gemm/int8_matrix.h"
#include "core/kernels/gemm/int8_rows.h"

namespace frazo::gemm {

// Computes y = x * matrix + bias for the columns of the panels begin .. end - 1. y is [rows,
// columns], bias [columns] or null. x.depth() must be matrix.depth. The product of the whole
// numbers is exact and the same on every processor. A row whose scale is NaN gives NaN.
void MultiplyInt8Panels(const Int8Rows& x, const Int8Matrix& matrix, int64_t begin, int64_t end,
                        const float* bias, float* y);

}  // namespace frazo::gemm

#endif  // FRAZO_CORE_KERNELS_GEMM_INT8_PRODUCT_H_
