#include "core/kernels/norm/layer_norm.h"

#include <cmath>
#include <cstdint>

#include "core/numeric/vector_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/norm/layer_norm.cc"
#include "hwy/foreach_target.h"
// These includes must follow foreach_target.h:
#include "core/kernels/norm/vector_sums.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace frazo::norm::HWY_NAMESPACE {

void ComputeRow(const LayerNorm& norm, const float* x, float epsilon, float* y,
                RowMoments* moments) {
  const float sum =
      SumOf(norm.dim, [x](auto d, int64_t i) HWY_ATTR { return hn::LoadU(d, x + i); });
  const float mean = sum / norm.dim;
  const float squares = SumOf(norm.dim, [x, mean](auto d, int64_t i) HWY_ATTR {
    const auto centred = hn::Sub(hn::LoadU(d, x + i), hn::Set(d, mean));
    return hn::Mul(centred, centred);
  });
  const float inverse = 1 / std::sqrt(squares / norm.dim + epsilon);
  *moments = {mean, inverse};
  const float* scale = norm.scale;
  const float* bias = norm.bias;
  ForEachVector(norm.dim, [=](auto d, int64_t i) HWY_ATTR {
    const auto centred = hn::Sub(hn::LoadU(d, x + i), hn::Set(d, mean));
    const auto standard = hn::Mul(centred, hn::Set(d, inverse));
    hn::StoreU(hn::MulAdd(standard, hn::LoadU(d, scale + i), hn::LoadU(d, bias + i)), d, y + i);
  });
}

// With s the slopes by the standardized row z: (s - mean(s) - z mean(s z)) * inverse_deviation.
void GradientOfRow(const LayerNorm& norm, const float* x, const RowMoments& moments,
                   const float* slopes, const LayerNormGradients& gradients) {
  const float mean = moments.mean, inverse = moments.inverse_deviation;
  const float* scale = norm.scale;
  const auto standardized = [=](auto d, int64_t i) HWY_ATTR {
    return hn::Mul(hn::Sub(hn::LoadU(d, x + i), hn::Set(d, mean)), hn::Set(d, inverse));
  };
  const auto slope = [=](auto d, int64_t i) HWY_ATTR {
    return hn::Mul(hn::LoadU(d, slopes + i), hn::LoadU(d, scale + i));
  };
  const float level = SumOf(norm.dim, slope) / norm.dim;
  const float tilt =
      SumOf(norm.dim,
            [&](auto d, int64_t i) HWY_ATTR { return hn::Mul(slope(d, i), standardized(d, i)); }) /
      norm.dim;
  ForEachVector(norm.dim, [&](auto d, int64_t i) HWY_ATTR {
    const auto z = standardized(d, i);
    const auto of_y = hn::LoadU(d, slopes + i);
    float* const of_scale = gradients.scale + i;
    float* const of_bias = gradients.bias + i;
    hn::StoreU(hn::MulAdd(of_y, z, hn::LoadU(d, of_scale)), d, of_scale);
    hn::StoreU(hn::Add(of_y, hn::LoadU(d, of_bias)), d, of_bias);
    const auto apart = hn::Sub(slope(d, i), hn::Set(d, level));
    const auto of_z = hn::NegMulAdd(z, hn::Set(d, tilt), apart);
    hn::StoreU(hn::Mul(of_z, hn::Set(d, inverse)), d, gradients.x + i);
  });
}

void Compute(const LayerNorm& norm, int64_t begin, int64_t end, float epsilon, float* y,
             RowMoments* moments) {
  for (int64_t row = begin; row < end; ++row) {
    const int64_t first = row * norm.dim;
    ComputeRow(norm, norm.x + first, epsilon, y + first, moments + row);
  }
}

void Gradient(const LayerNorm& norm, int64_t begin, int64_t end, const RowMoments* moments,
              const float* slopes, const LayerNormGradients& gradients) {
  for (int64_t row = begin; row < end; ++row) {
    const int64_t first = row * norm.dim;
    GradientOfRow(norm, norm.x + first, moments[row], slopes + first,
                  {gradients.x + first, gradients.scale, gradients.bias});
  }
}

}  // namespace frazo::norm::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace frazo::norm {

void LayerNorm::Compute(int64_t begin, int64_t end, float epsilon, float* y,
                        RowMoments* moments) const {
  static const auto compute = FRAZO_VECTOR_FUNCTION(Compute);
  compute(*this, begin, end, epsilon, y, moments);
}

void LayerNorm::Gradient(int64_t begin, int64_t end, const RowMoments* moments, const float* slopes,
                         const LayerNormGradients& gradients) const {
  static const auto compute = FRAZO_VECTOR_FUNCTION(Gradient);
  compute(*this, begin, end, moments, slopes, gradients);
}

}  // namespace frazo::norm

#endif  // HWY_ONCE
