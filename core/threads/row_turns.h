#ifndef FRAZO_CORE_THREADS_ROW_TURNS_H_
#define FRAZO_CORE_THREADS_ROW_TURNS_H_

#include <cstdint>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"

namespace frazo::threads {

// Error: kInvalidArgument unless threads >= 1.
absl::Status CheckThreads(int threads);

// Rows that threads share: each thread takes some at a time. All numbers are >= 1, but `rows` may
// be 0.
struct RowTurns {
  int64_t rows;
  int64_t rows_per_turn;
  int threads;

  int64_t count() const { return (rows + rows_per_turn - 1) / rows_per_turn; }
  // Threads that have something to do; at least the calling one.
  int64_t used_threads() const;
};

// Calls work(begin, end, thread) for ranges that together are 0 .. rows - 1. A range begins at a
// multiple of rows_per_turn. `thread` is below used_threads(), and no two calls with the same one
// run at once, so that each can have its own memory. The calling thread takes turns, too. Returns
// when all calls have returned.
void TakeRowTurns(const RowTurns& turns,
                  absl::FunctionRef<void(int64_t begin, int64_t end, int64_t thread)> work);

// Does so for work(begin, end).
void TakeRowTurns(int64_t rows, int64_t rows_per_turn, int threads,
                  absl::FunctionRef<void(int64_t begin, int64_t end)> work);

}  // namespace frazo::threads

#endif  // FRAZO_CORE_THREADS_ROW_TURNS_H_
