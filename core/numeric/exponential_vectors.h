// e^x of vectors. Files that are compiled for several processors include it; see vector_targets.h.
// Its include guard differs from others, because it is included once for each processor.
#if defined(FRAZO_CORE_NUMERIC_EXPONENTIAL_VECTORS_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef FRAZO_CORE_NUMERIC_EXPONENTIAL_VECTORS_H_
#undef FRAZO_CORE_NUMERIC_EXPONENTIAL_VECTORS_H_
#else
#define FRAZO_CORE_NUMERIC_EXPONENTIAL_VECTORS_H_
#endif

#include "core/numeric/exponential.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace frazo::numeric::HWY_NAMESPACE {

namespace hn = ::hwy::HWY_NAMESPACE;

// Returns e^x for x <= 0, as ExpOfNonpositive() does. NaN gives NaN or any number.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V ExpOfNonpositive(D d, V x) {
  const hn::RebindToSigned<D> di;
  const V exponent = hn::Max(hn::Mul(x, hn::Set(d, kLog2E)), hn::Set(d, kMinExponent));
  const V rounder = hn::Set(d, kRounder);
  const V rounded = hn::Add(exponent, rounder);
  const V part = hn::Sub(exponent, hn::Sub(rounded, rounder));
  V power = hn::Set(d, kExp2Polynomial[5]);
  power = hn::MulAdd(power, part, hn::Set(d, kExp2Polynomial[4]));
  power = hn::MulAdd(power, part, hn::Set(d, kExp2Polynomial[3]));
  power = hn::MulAdd(power, part, hn::Set(d, kExp2Polynomial[2]));
  power = hn::MulAdd(power, part, hn::Set(d, kExp2Polynomial[1]));
  power = hn::MulAdd(power, part, hn::Set(d, kExp2Polynomial[0]));
  // The whole number is in the last bits of `rounded`; the shift drops all other bits.
  const auto bits = hn::Add(hn::BitCast(di, rounded), hn::Set(di, 127));
  return hn::Mul(power, hn::BitCast(d, hn::ShiftLeft<23>(bits)));
}

}  // namespace frazo::numeric::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
