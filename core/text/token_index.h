#ifndef FRAZO_CORE_TEXT_TOKEN_INDEX_H_
#define FRAZO_CORE_TEXT_TOKEN_INDEX_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "core/text/word_hash.h"

namespace frazo::text {

// Finds tokens by id and ids by token. It is a hash table with open addressing and linear probing.
// A slot has a token's first eight bytes, so that finding a short word touches one cache line. Once
// filled it is thread-safe.
class TokenIndex {
 public:
  // The result of Find() for a text that is not a token.
  static constexpr int32_t kNone = -1;

  // Gives `token` the next id, from 0 on. Returns the id that it already has, or kNone if it is
  // new. All tokens together must be below 4 GiB.
  int32_t Add(std::string_view token);

  int32_t Find(std::string_view token) const {
    if (slots_.empty()) return kNone;
    const uint64_t prefix = WordPrefix(token);
    for (size_t at = HashWord(token, prefix) & mask_;; at = (at + 1) & mask_) {
      const Slot& slot = slots_[at];
      if (slot.id == kNone) return kNone;
      if (slot.prefix == prefix && slot.size == token.size() &&
          (token.size() <= sizeof(prefix) || RestIsEqual(slot.id, token))) {
        return slot.id;
      }
    }
  }

  int32_t size() const { return static_cast<int32_t>(ends_.size()); }

  // `id` must be within [0, size()).
  std::string_view token(int32_t id) const {
    const size_t begin = id == 0 ? 0 : ends_[id - 1];
    return {bytes_.data() + begin, ends_[id] - begin};
  }

 private:
  struct Slot {
    uint64_t prefix;
    uint32_t size;
    int32_t id;
  };

  bool RestIsEqual(int32_t id, std::string_view token) const {
    const size_t begin = id == 0 ? 0 : ends_[id - 1];
    return std::memcmp(bytes_.data() + begin + 8, token.data() + 8, token.size() - 8) == 0;
  }

  void Insert(std::string_view token, int32_t id);

  // The number of slots is a power of two; at most half of them are used.
  std::vector<Slot> slots_;
  size_t mask_ = 0;
  std::string bytes_;
  std::vector<uint32_t> ends_;
};

}  // namespace frazo::text

#endif  // FRAZO_CORE_TEXT_TOKEN_INDEX_H_
