#ifndef FRAZO_CORE_KERNELS_NORM_LAYER_NORM_H_
#define FRAZO_CORE_KERNELS_NORM_LAYER_NORM_H_

#include <cstdint>

namespace frazo::norm {

// A row is standardized as (x - mean) * inverse_deviation.
struct RowMoments {
  float mean;
  float inverse_deviation;
};

// What is computed by a function of the result: its derivatives.
struct LayerNormGradients {
  // [rows, dim]. It may be the derivatives by the result: each is read before it is overwritten.
  float* x;
  // [dim] each, to which the sums over the rows are added.
  float* scale;
  float* bias;
};

// scale (x - mean) / sqrt(variance + epsilon) + bias for each row (Ba et al. 2016, equation 4). The
// variance has the divisor dim.
struct LayerNorm {
  // [rows, dim].
  const float* x;
  int64_t dim;
  // [dim] each. Gradient does not need the bias.
  const float* scale;
  const float* bias;

  // Computes the rows begin .. end - 1 of y, [rows, dim], and their moments.
  void Compute(int64_t begin, int64_t end, float epsilon, float* y, RowMoments* moments) const;

  // Computes the derivatives of sum(slopes * y) for the rows begin .. end - 1. slopes: [rows, dim].
  void Gradient(int64_t begin, int64_t end, const RowMoments* moments, const float* slopes,
                const LayerNormGradients& gradients) const;
};

}  // namespace frazo::norm

#endif  // FRAZO_CORE_KERNELS_NORM_LAYER_NORM_H_
