#ifndef FRAZO_CORE_GEOMETRY_ROW_TURNS_H_
#define FRAZO_CORE_GEOMETRY_ROW_TURNS_H_

#include <cstdint>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"

namespace frazo::geometry {

// Error: kInvalidArgument unless threads >= 1.
absl::Status CheckThreads(int threads);

// Calls work(begin, end) for ranges of at most `rows_per_turn` rows that together are
// 0 .. rows - 1, on at most `threads` threads, the calling one among them. Returns when all calls
// have returned. `rows_per_turn` and `threads` are >= 1.
void TakeRowTurns(int64_t rows, int64_t rows_per_turn, int threads,
                  absl::FunctionRef<void(int64_t begin, int64_t end)> work);

}  // namespace frazo::geometry

#endif  // FRAZO_CORE_GEOMETRY_ROW_TURNS_H_
