#ifndef FRAZO_CORE_DECODE_EXTENSION_H_
#define FRAZO_CORE_DECODE_EXTENSION_H_

#include <cstdint>

namespace frazo::decode {

// A row extended by a token.
struct Extension {
  // Score of the hypothesis.
  float total;
  // Score of the token.
  float score;
  int32_t token;
  int32_t row;
};

// The order in which extensions of one sentence are preferred: total descending, token ascending,
// row ascending. Total, but for NaN.
inline bool IsBetter(const Extension& left, const Extension& right) {
  if (left.total != right.total) return left.total > right.total;
  if (left.token != right.token) return left.token < right.token;
  return left.row < right.row;
}

}  // namespace frazo::decode

#endif  // FRAZO_CORE_DECODE_EXTENSION_H_
