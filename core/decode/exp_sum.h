#ifndef FRAZO_CORE_DECODE_EXP_SUM_H_
#define FRAZO_CORE_DECODE_EXP_SUM_H_

#include <cmath>
#include <limits>

#include "core/numeric/exponential.h"

namespace frazo::decode {

using numeric::kExp2Polynomial;
using numeric::kLog2E;
using numeric::kMinExponent;

// A sum of exp that is kept as a multiple of exp(reference), so that it does not overflow. The
// reference is a score of the row, and follows the largest one only when that has got far ahead.
constexpr float kReferenceSlack = 20;
// Finite, so that the distance from it is never NaN.
constexpr float kNoReference = std::numeric_limits<float>::lowest();

// The logarithm of the sum of exp of a row, from `sum` relative to `reference`.
inline float LogSum(float reference, float sum) {
  if (reference == kNoReference) return -std::numeric_limits<float>::infinity();
  if (reference == std::numeric_limits<float>::infinity()) return reference;
  return reference + std::log(sum);
}

}  // namespace frazo::decode

#endif  // FRAZO_CORE_DECODE_EXP_SUM_H_
