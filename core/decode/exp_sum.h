#ifndef CORE_DECODE_EXP_SUM_H_
#define CORE_DECODE_EXP_SUM_H_

#include <cmath>
#include <limits>

namespace frazo::decode {

// A sum of exp that is kept as a multiple of exp(reference), so that it does not overflow. The
// reference is a score of the row, and follows the largest one only when that has got far ahead.
constexpr float kReferenceSlack = 20;
// Finite, so that the distance from it is never NaN.
constexpr float kNoReference = std::numeric_limits<float>::lowest();

// 2^x on [-0.5, 0.5], lowest power first: minimax in relative error, 7.5e-8 (2.3e-7 with the
// rounding of floats).
constexpr float kExp2Polynomial[] = {1.0000001192092896f,   0.6931469440460205f,
                                     0.24022120237350464f,  0.05550713092088699f,
                                     0.009675540961325169f, 0.001327647129073739f};
constexpr float kLog2E = 1.4426950408889634f;
// Below, 2^x is taken for this power, which is too small to change a sum that has 1 in it.
constexpr float kMinExponent = -126;

// The logarithm of the sum of exp of a row, from `sum` relative to `reference`.
inline float LogSum(float reference, float sum) {
  if (reference == kNoReference) return -std::numeric_limits<float>::infinity();
  if (reference == std::numeric_limits<float>::infinity()) return reference;
  return reference + std::log(sum);
}

}  // namespace frazo::decode

#endif  // CORE_DECODE_EXP_SUM_H_
