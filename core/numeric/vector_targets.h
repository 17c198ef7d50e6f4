#ifndef FRAZO_CORE_NUMERIC_VECTOR_TARGETS_H_
#define FRAZO_CORE_NUMERIC_VECTOR_TARGETS_H_

#include "core/numeric/cpu.h"

// What a file of vector code includes first. It is compiled once for each processor below, in
// Highway's way, and one function is chosen when the program runs:
//
//   #include "core/numeric/vector_targets.h"
//
//   #define HWY_TARGET_INCLUDE "core/kernels/loss/this_file.cc"
//   #include "hwy/foreach_target.h"
//   // Then, and not before:
//   #include "hwy/highway.h"
//
//   HWY_BEFORE_NAMESPACE();
//   namespace frazo::loss::HWY_NAMESPACE {
//   void Function(...) {...}
//   }
//   HWY_AFTER_NAMESPACE();
//
//   #if HWY_ONCE
//   ... static const auto function = FRAZO_VECTOR_FUNCTION(Function); ...
//   #endif

// On x86-64: AVX-512, AVX2, SSE4 and plain floats. On aarch64 NEON alone: the number of lanes is a
// constant, which it is not for SVE.
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128)

// A pointer to the form of a function for this processor.
#define FRAZO_VECTOR_FUNCTION(FUNCTION)                                                    \
  ::frazo::numeric::ForThisCpu<decltype(HWY_STATIC_DISPATCH(FUNCTION))>(                   \
      HWY_CHOOSE_FALLBACK(FUNCTION), HWY_CHOOSE_SSE4(FUNCTION), HWY_CHOOSE_AVX2(FUNCTION), \
      HWY_CHOOSE_AVX3(FUNCTION))

namespace frazo::numeric {

// The form of the highest level that this processor has, of those that are compiled (not null).
template <typename Function>
Function* ForThisCpu(Function* baseline, Function* sse4, Function* avx2, Function* avx512) {
  const CpuLevel level = GetCpuLevel();
  if (level >= CpuLevel::kAvx512 && avx512 != nullptr) return avx512;
  if (level >= CpuLevel::kAvx2 && avx2 != nullptr) return avx2;
  if (level >= CpuLevel::kSse4 && sse4 != nullptr) return sse4;
  return baseline;
}

}  // namespace frazo::numeric

#endif  // FRAZO_CORE_NUMERIC_VECTOR_TARGETS_H_
