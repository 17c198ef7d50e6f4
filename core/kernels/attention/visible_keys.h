#ifndef FRAZO_CORE_KERNELS_ATTENTION_VISIBLE_KEYS_H_
#define FRAZO_CORE_KERNELS_ATTENTION_VISIBLE_KEYS_H_

#include <cstdint>

#include "absl/status/status.h"

namespace frazo::attention {

// The keys begin .. end - 1 of a row; none if begin == end, which are 0 then.
struct KeyRange {
  int32_t begin;
  int32_t end;
};

// The keys that the queries of one row see: those that are tokens, of the query's segment, and
// within a window around its position. Does not own its arrays.
struct VisibleKeys {
  // [time]: whether there is a token.
  const bool* mask;
  int64_t time;
  // [time]; null if the row is not packed. The tokens of a segment lie side by side.
  const int32_t* segments;
  // The greatest number of positions that a key may lie before and after the query; -1: any.
  int64_t before;
  int64_t after;

  // Sets for each query, [time], the range from the first to the last key that it sees. It sees all
  // tokens of the range. InvalidArgument if a segment is in two parts; the message has its id.
  absl::Status FindRanges(KeyRange* ranges) const;
};

}  // namespace frazo::attention

#endif  // FRAZO_CORE_KERNELS_ATTENTION_VISIBLE_KEYS_H_
