// Arithmetic on as many floats at once as the processor has lanes. Files that are compiled for
// several processors include it; see core/numeric/vector_targets.h. Its include guard differs from
// others, because it is included once for each processor.
#if defined(FRAZO_CORE_KERNELS_LSTM_LANES_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef FRAZO_CORE_KERNELS_LSTM_LANES_H_
#undef FRAZO_CORE_KERNELS_LSTM_LANES_H_
#else
#define FRAZO_CORE_KERNELS_LSTM_LANES_H_
#endif

#include <algorithm>
#include <cstdint>

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace frazo::lstm::HWY_NAMESPACE {

namespace hn = ::hwy::HWY_NAMESPACE;

using D = hn::ScalableTag<float>;
using Lanes = hn::Vec<D>;

constexpr int64_t kLanes = HWY_LANES(float);

HWY_INLINE Lanes Fill(float value) { return hn::Set(D(), value); }

// Loads the first `count` values, count <= kLanes, followed by zeros.
HWY_INLINE Lanes Load(const float* values, int64_t count) {
  if (count == kLanes) return hn::LoadU(D(), values);
  float lanes[kLanes] = {};
  std::copy_n(values, count, lanes);
  return hn::LoadU(D(), lanes);
}

// Writes the first `count` values.
HWY_INLINE void Store(Lanes x, float* values, int64_t count) {
  if (count == kLanes) return hn::StoreU(x, D(), values);
  float lanes[kLanes];
  hn::StoreU(x, D(), lanes);
  std::copy_n(lanes, count, values);
}

HWY_INLINE float Sum(Lanes lanes) { return hn::GetLane(hn::SumOfLanes(D(), lanes)); }

// Limits x to [low, high]. NaN stays NaN.
HWY_INLINE Lanes Clip(Lanes x, float low, float high) {
  const Lanes above = hn::IfThenElse(hn::Lt(x, Fill(low)), Fill(low), x);
  return hn::IfThenElse(hn::Gt(above, Fill(high)), Fill(high), above);
}

// e^x = scale * (1 + rest), where scale is a power of two and |rest| < .42.
struct Exponential {
  Lanes scale;
  Lanes rest;
};

// Computes e^x for x in [-87, 88].
HWY_INLINE Exponential ExponentialParts(Lanes x) {
  const hn::RebindToSigned<D> integers;
  // 1.5 * 2^23: a sum with it has a whole number in the last bits of its mantissa.
  const Lanes round = Fill(12582912.0f);
  // log(2) in two parts: the first has few enough bits for exact products with whole numbers.
  constexpr float kLog2High = 0.693359375f;
  constexpr float kLog2Low = -2.12194440e-4f;
  const Lanes shifted = hn::MulAdd(x, Fill(1.44269504f), round);
  const Lanes whole = hn::Sub(shifted, round);
  const Lanes r = hn::NegMulAdd(whole, Fill(kLog2Low), hn::NegMulAdd(whole, Fill(kLog2High), x));
  // The series of e^r - 1. For |r| <= log(2) / 2 the terms left out are below 5e-9.
  Lanes rest = hn::MulAdd(r, Fill(1.0f / 5040), Fill(1.0f / 720));
  rest = hn::MulAdd(rest, r, Fill(1.0f / 120));
  rest = hn::MulAdd(rest, r, Fill(1.0f / 24));
  rest = hn::MulAdd(rest, r, Fill(1.0f / 6));
  rest = hn::MulAdd(rest, r, Fill(0.5f));
  rest = hn::MulAdd(hn::Mul(rest, r), r, r);
  // The shift drops all bits but those of the whole number.
  const auto exponent = hn::Add(hn::BitCast(integers, shifted), hn::Set(integers, 127));
  return {hn::BitCast(D(), hn::ShiftLeft<23>(exponent)), rest};
}

// Returns 1 / (1 + e^-x).
HWY_INLINE Lanes Sigmoid(Lanes x) {
  const Exponential e = ExponentialParts(hn::Neg(Clip(x, -87, 87)));
  return hn::Div(Fill(1), hn::Add(Fill(1), hn::MulAdd(e.scale, e.rest, e.scale)));
}

// Returns (e^2x - 1) / (e^2x + 1). The relative error is about 1e-7, near zero too.
HWY_INLINE Lanes Tanh(Lanes x) {
  const Exponential e = ExponentialParts(hn::Mul(Fill(2), Clip(x, -20, 20)));
  const Lanes less_one = hn::MulAdd(e.scale, e.rest, hn::Sub(e.scale, Fill(1)));
  return hn::Div(less_one, hn::Add(less_one, Fill(2)));
}

}  // namespace frazo::lstm::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
