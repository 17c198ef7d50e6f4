#include "core/numeric/cpu.h"

#if defined(__aarch64__)
#include <sys/auxv.h>
#elif defined(__x86_64__)
#include <cpuid.h>
#endif

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace frazo::numeric {
namespace {

constexpr char kVariable[] = "FRAZO_CPU";

#if defined(__x86_64__)

// Clang 14 does not know this one by name.
bool HasF16c() {
  unsigned eax, ebx, ecx, edx;
  return __get_cpuid(1, &eax, &ebx, &ecx, &edx) != 0 && (ecx & bit_F16C) != 0;
}

CpuLevel LevelOfProcessor() {
  const bool has_sse4 = __builtin_cpu_supports("sse4.1") && __builtin_cpu_supports("sse4.2") &&
                        __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("aes");
  if (!has_sse4) return CpuLevel::kBaseline;
  const bool has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                        __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
                        HasF16c();
  if (!has_avx2) return CpuLevel::kSse4;
  const bool has_avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512cd") &&
                          __builtin_cpu_supports("avx512vl") &&
                          __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw");
  return has_avx512 ? CpuLevel::kAvx512 : CpuLevel::kAvx2;
}

bool ProcessorHasVnni() { return __builtin_cpu_supports("avx512vnni"); }

#else

CpuLevel LevelOfProcessor() { return CpuLevel::kBaseline; }

bool ProcessorHasVnni() { return false; }

#endif

CpuLevel ChooseLevel() {
  const char* name = std::getenv(kVariable);
  if (name == nullptr || *name == '\0') return LevelOfProcessor();
  const std::optional<CpuLevel> limit = ParseCpuLevel(name);
  if (!limit.has_value()) {
    std::fprintf(stderr, "%s=%s: use one of baseline, sse4, avx2, avx512, or unset it\n", kVariable,
                 name);
    std::abort();
  }
  return std::min(*limit, LevelOfProcessor());
}

}  // namespace

CpuLevel GetCpuLevel() {
  static const CpuLevel level = ChooseLevel();
  return level;
}

bool HasAvx512Vnni() {
  static const bool has = GetCpuLevel() == CpuLevel::kAvx512 && ProcessorHasVnni();
  return has;
}

bool HasArmCrc32c() {
#if defined(__aarch64__)
  constexpr uint64_t kNeeded = HWCAP_CRC32 | HWCAP_PMULL;
  static const bool has = (getauxval(AT_HWCAP) & kNeeded) == kNeeded;
  return has;
#else
  return false;
#endif
}

std::string_view CpuLevelName(CpuLevel level) {
  switch (level) {
    case CpuLevel::kBaseline:
      return "baseline";
    case CpuLevel::kSse4:
      return "sse4";
    case CpuLevel::kAvx2:
      return "avx2";
    case CpuLevel::kAvx512:
      return "avx512";
  }
  return "";
}

std::optional<CpuLevel> ParseCpuLevel(std::string_view name) {
  for (const CpuLevel level :
       {CpuLevel::kBaseline, CpuLevel::kSse4, CpuLevel::kAvx2, CpuLevel::kAvx512}) {
    if (name == CpuLevelName(level)) return level;
  }
  return std::nullopt;
}

}  // namespace frazo::numeric
