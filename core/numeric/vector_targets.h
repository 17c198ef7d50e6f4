#ifndef FRAZO_CORE_NUMERIC_VECTOR_TARGETS_H_
#define FRAZO_CORE_NUMERIC_VECTOR_TARGETS_H_

#include "core/numeric/cpu.h"

// A file of vector code includes this header first. Highway compiles the file once for each
// processor below, and the program chooses one of the functions when it runs:
//
//   #include "core/numeric/vector_targets.h"
//
//   #define HWY_TARGET_INCLUDE "core/kernels/loss/this_file.cc"
//   #include "hwy/foreach_target.h"
//   // The includes of Highway's functions must follow:
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

// The targets on x86-64 are AVX-512, AVX2, SSE4 and plain floats. On aarch64 it is NEON alone,
// because our code needs a constant number of lanes, which SVE lacks.
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128)

// Returns a pointer to the form of a function for this processor.
#define FRAZO_VECTOR_FUNCTION(FUNCTION)                                                    \
  ::frazo::numeric::ForThisCpu<decltype(HWY_STATIC_DISPATCH(FUNCTION))>(                   \
      HWY_CHOOSE_FALLBACK(FUNCTION), HWY_CHOOSE_SSE4(FUNCTION), HWY_CHOOSE_AVX2(FUNCTION), \
      HWY_CHOOSE_AVX3(FUNCTION))

namespace frazo::numeric {

// Returns the form of the highest level that this processor has, of those that are compiled; never
// null.
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
