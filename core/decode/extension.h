#ifndef FRAZO_CORE_DECODE_EXTENSION_H_
#define FRAZO_CORE_DECODE_EXTENSION_H_

#include <cstdint>

namespace frazo::decode {

// A row extended by a token.
struct Extension {
  // The score of the hypothesis.
  float total;
  // The score of the token.
  float score;
  int32_t token;
  int32_t row;
};

// Tells which extension of a sentence is better: total descending, then token ascending, then row
// ascending. This is a total order unless there are NaNs.
inline bool IsBetter(const Extension& left, const Extension& right) {
  if (left.total != right.total) return left.total > right.total;
  if (left.token != right.token) return left.token < right.token;
  return left.row < right.row;
}

}  // namespace frazo::decode

#endif  // FRAZO_CORE_DECODE_EXTENSION_H_
