#ifndef FRAZO_CORE_NUMERIC_CPU_H_
#define FRAZO_CORE_NUMERIC_CPU_H_

#include <optional>
#include <string_view>

namespace frazo::numeric {

// Sets of vector instructions that our code is compiled for. Each includes the previous ones.
enum class CpuLevel {
  // The instructions that the compiler may use anywhere: SSE2 on x86-64, NEON on aarch64.
  kBaseline,
  // SSE4.2 with PCLMUL and AES.
  kSse4,
  // AVX2 with FMA, BMI, BMI2 and F16C.
  kAvx2,
  // AVX-512 F, CD, VL, DQ and BW.
  kAvx512,
};

// Returns the highest level of this processor, or the one that the environment variable FRAZO_CPU
// names if that is lower. FRAZO_CPU is for tests and benchmarks. It is read once; a value that is
// not a level ends the program. All code that depends on the processor asks this function.
CpuLevel GetCpuLevel();

// Tells whether there is AVX-512 VNNI; true on the level kAvx512 only.
bool HasAvx512Vnni();

// Tells whether there are ARM's CRC-32 and PMULL instructions. FRAZO_CPU does not mask them.
bool HasArmCrc32c();

// Returns the name that ParseCpuLevel() takes.
std::string_view CpuLevelName(CpuLevel level);

// Parses "baseline", "sse4", "avx2" or "avx512".
std::optional<CpuLevel> ParseCpuLevel(std::string_view name);

}  // namespace frazo::numeric

#endif  // FRAZO_CORE_NUMERIC_CPU_H_
