#ifndef FRAZO_CORE_DECODE_TOKEN_FILTER_H_
#define FRAZO_CORE_DECODE_TOKEN_FILTER_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "absl/types/span.h"

namespace frazo::decode {

// Tells which tokens may follow a hypothesis. A search asks only about the few best tokens, so a
// question may take some time. The caller owns the memory.
class TokenFilter {
 public:
  // Every token may follow.
  TokenFilter() = default;

  // Excludes the tokens of `banned`, one bit per token (empty: none), and those of `also_banned`.
  TokenFilter(absl::Span<const uint64_t> banned, absl::Span<const int32_t> also_banned)
      : banned_(banned), also_banned_(also_banned) {}

  bool Allows(int32_t token) const {
    const size_t word = static_cast<size_t>(token) / 64;
    if (word < banned_.size() && ((banned_[word] >> (token % 64)) & 1) != 0) return false;
    return std::find(also_banned_.begin(), also_banned_.end(), token) == also_banned_.end();
  }

 private:
  absl::Span<const uint64_t> banned_;
  absl::Span<const int32_t> also_banned_;
};

}  // namespace frazo::decode

#endif  // FRAZO_CORE_DECODE_TOKEN_FILTER_H_
