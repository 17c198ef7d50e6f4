#ifndef FRAZO_CORE_DECODE_TOKEN_FILTER_H_
#define FRAZO_CORE_DECODE_TOKEN_FILTER_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "absl/types/span.h"

namespace frazo::decode {

// The tokens that may follow one hypothesis. Asked only about the few that are good enough, so that
// it may take some time. Refers to memory of the caller.
class TokenFilter {
 public:
  // Every token may follow.
  TokenFilter() = default;

  // None of `banned`, a bit a token (empty: none is banned), nor of `also_banned`.
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
