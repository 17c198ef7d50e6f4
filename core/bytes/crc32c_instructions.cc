#include "core/bytes/crc32c_instructions.h"

#if defined(__x86_64__) || defined(__aarch64__)

#if defined(__x86_64__)
#include <immintrin.h>
#else
#include <arm_acle.h>
#include <arm_neon.h>
#endif

#include <algorithm>
#include <array>
#include <cstring>

#include "core/numeric/cpu.h"

#if defined(__x86_64__)
#define FRAZO_CRC32C __attribute__((target("sse4.2,pclmul")))
#else
#define FRAZO_CRC32C __attribute__((target("+crc+crypto")))
#endif

namespace frazo::bytes {
namespace {

#if defined(__x86_64__)

FRAZO_CRC32C inline uint32_t AddByte(uint32_t reg, uint8_t byte) { return _mm_crc32_u8(reg, byte); }

FRAZO_CRC32C inline uint64_t AddWord(uint64_t reg, uint64_t word) {
  return _mm_crc32_u64(reg, word);
}

// Returns the low half of the carry-less product.
FRAZO_CRC32C inline uint64_t Product(uint64_t x, uint64_t y) {
  return _mm_cvtsi128_si64(_mm_clmulepi64_si128(_mm_cvtsi64_si128(x), _mm_cvtsi64_si128(y), 0));
}

#else

FRAZO_CRC32C inline uint32_t AddByte(uint32_t reg, uint8_t byte) { return __crc32cb(reg, byte); }

FRAZO_CRC32C inline uint64_t AddWord(uint64_t reg, uint64_t word) { return __crc32cd(reg, word); }

// Returns the low half of the carry-less product.
FRAZO_CRC32C inline uint64_t Product(uint64_t x, uint64_t y) {
  return vgetq_lane_u64(vreinterpretq_u64_p128(vmull_p64(x, y)), 0);
}

#endif

// The crc32 instruction takes 8 bytes and returns its result after 3 cycles, but a new one can
// start in every cycle. So three lanes of equal size, a, b and c, which follow each other in
// memory, are summed at the same time; b and c start with a register of 0. The CRC is linear over
// GF(2). The register after all three is
//
//   A x^(8 * 2 lane) + B x^(8 lane) + C   modulo P,
//
// where lane is the number of bytes of a lane, A, B and C are the lanes' registers as polynomials,
// and P is Castagnoli's polynomial.
constexpr size_t kWordBytes = 8;
constexpr size_t kMaxLaneBytes = 1024;
// For smaller lanes, joining takes longer than they save.
constexpr size_t kMinLaneBytes = 32;

// kPowers[i] = x^(64 (i + 1) - 33) modulo P, the factor for i + 1 words. A register has its
// polynomial bit-reversed (bit 31 is x^0). The carry-less product of two registers is therefore 63
// bits long, one power short of a word of data, and the crc32 instruction multiplies a word by
// x^32. Together that is x^33 too much, hence the -33.
constexpr auto kPowers = [] {
  std::array<uint32_t, 2 * kMaxLaneBytes / kWordBytes> powers = {};
  uint32_t power = 1;  // x^31
  for (uint32_t& entry : powers) {
    entry = power;
    for (int i = 0; i < 64; ++i) power = (power >> 1) ^ ((power & 1) != 0 ? 0x82f63b78u : 0);
  }
  return powers;
}();

uint64_t LoadWord(const char* bytes) {
  uint64_t word;
  std::memcpy(&word, bytes, sizeof(word));
  return word;
}

// Returns the word of data whose crc32 is `reg` moved on by `bytes` bytes.
FRAZO_CRC32C uint64_t Shifted(uint64_t reg, size_t bytes) {
  return Product(reg, kPowers[bytes / kWordBytes - 1]);
}

FRAZO_CRC32C uint32_t ExtendByLanes(uint64_t reg, const char* bytes, size_t lane) {
  uint64_t a = reg;
  uint64_t b = 0;
  uint64_t c = 0;
  for (const char* const end = bytes + lane; bytes < end; bytes += kWordBytes) {
    a = AddWord(a, LoadWord(bytes));
    b = AddWord(b, LoadWord(bytes + lane));
    c = AddWord(c, LoadWord(bytes + 2 * lane));
  }
  return c ^ AddWord(0, Shifted(a, 2 * lane) ^ Shifted(b, lane));
}

}  // namespace

bool HasCrc32cInstructions() {
#if defined(__x86_64__)
  return numeric::GetCpuLevel() >= numeric::CpuLevel::kSse4;
#else
  return numeric::HasArmCrc32c();
#endif
}

FRAZO_CRC32C uint32_t ExtendByCrc32cInstructions(uint32_t reg, const char* bytes, size_t size) {
  while (size >= 3 * kMinLaneBytes) {
    const size_t lane = std::min(size / (3 * kWordBytes) * kWordBytes, kMaxLaneBytes);
    reg = ExtendByLanes(reg, bytes, lane);
    bytes += 3 * lane;
    size -= 3 * lane;
  }
  uint64_t wide = reg;
  for (; size >= kWordBytes; size -= kWordBytes, bytes += kWordBytes) {
    wide = AddWord(wide, LoadWord(bytes));
  }
  reg = wide;
  for (; size > 0; --size, ++bytes) reg = AddByte(reg, *bytes);
  return reg;
}

}  // namespace frazo::bytes

#undef FRAZO_CRC32C

#else

namespace frazo::bytes {

bool HasCrc32cInstructions() { return false; }

uint32_t ExtendByCrc32cInstructions(uint32_t reg, const char*, size_t) { return reg; }

}  // namespace frazo::bytes

#endif
