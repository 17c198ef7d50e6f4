#ifndef FRAZO_CORE_DECODE_CTC_LOG_ADD_H_
#define FRAZO_CORE_DECODE_CTC_LOG_ADD_H_

#include <algorithm>
#include <cmath>
#include <limits>

namespace frazo::decode {

// The logarithm of probability 0.
constexpr double kImpossible = -std::numeric_limits<double>::infinity();

// Returns log(exp(a) + exp(b)). Neither is NaN or plus infinity.
inline double LogAdd(double a, double b) {
  const double greater = std::max(a, b);
  if (greater == kImpossible) return kImpossible;
  return greater + std::log1p(std::exp(std::min(a, b) - greater));
}

}  // namespace frazo::decode

#endif  // FRAZO_CORE_DECODE_CTC_LOG_ADD_H_
