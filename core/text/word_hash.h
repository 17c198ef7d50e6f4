#ifndef FRAZO_CORE_TEXT_WORD_HASH_H_
#define FRAZO_CORE_TEXT_WORD_HASH_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace frazo::text {

namespace word_hash_internal {

template <typename Integer>
Integer Load(const char* bytes) {
  Integer integer;
  std::memcpy(&integer, bytes, sizeof(integer));
  return integer;
}

// Returns both halves of the product, combined: every bit of the factors affects the low bits.
inline uint64_t Mix(uint64_t left, uint64_t right) {
  const auto product = static_cast<unsigned __int128>(left) * right;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

}  // namespace word_hash_internal

// Returns the first eight bytes; a shorter word is followed by zeros.
inline uint64_t WordPrefix(std::string_view word) {
  using word_hash_internal::Load;
  const char* const bytes = word.data();
  const size_t size = word.size();
  if (size >= 8) return Load<uint64_t>(bytes);
  // The two reads overlap, but both put a byte at the same position.
  if (size >= 4) {
    return Load<uint32_t>(bytes) | uint64_t{Load<uint32_t>(bytes + size - 4)} << (8 * (size - 4));
  }
  if (size == 0) return 0;
  const auto byte = [&](size_t at) {
    return uint64_t{static_cast<unsigned char>(bytes[at])} << (8 * at);
  };
  return byte(0) | byte(size / 2) | byte(size - 1);
}

// Hashes `word`, whose WordPrefix() is `prefix`, for tables in memory. The hash may differ between
// machines.
inline uint64_t HashWord(std::string_view word, uint64_t prefix) {
  using word_hash_internal::Load;
  using word_hash_internal::Mix;
  // Numbers without a pattern in their bits, from pi and the golden ratio.
  constexpr uint64_t kPi = 0x243f6a8885a308d3;
  constexpr uint64_t kGolden = 0x9e3779b97f4a7c15;
  uint64_t hash = Mix(prefix ^ kPi, word.size() + kGolden);
  const size_t size = word.size();
  for (size_t at = 8; at < size; at += 8) {
    const size_t from = at + 8 <= size ? at : size - 8;
    hash = Mix(hash ^ Load<uint64_t>(word.data() + from), kGolden);
  }
  return hash;
}

}  // namespace frazo::text

#endif  // FRAZO_CORE_TEXT_WORD_HASH_H_
