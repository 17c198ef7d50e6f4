#ifndef FRAZO_CORE_DECODE_PARALLEL_ROWS_H_
#define FRAZO_CORE_DECODE_PARALLEL_ROWS_H_

#include <cstdint>

#include "absl/functional/function_ref.h"

namespace frazo::decode {

// Threads that work on rows at the same time: those of the search, or of the program around it.
class ParallelRows {
 public:
  virtual ~ParallelRows() = default;

  // Divides 0 .. count - 1 into ranges, calls work(begin, end) once for each, in any order and on
  // any threads, and returns when all calls have returned. `cycles` estimates the work of a row.
  virtual void Run(int64_t count, int64_t cycles,
                   absl::FunctionRef<void(int64_t begin, int64_t end)> work) = 0;
};

}  // namespace frazo::decode

#endif  // FRAZO_CORE_DECODE_PARALLEL_ROWS_H_
