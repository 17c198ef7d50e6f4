#ifndef FRAZO_CORE_DECODE_PARALLEL_ROWS_H_
#define FRAZO_CORE_DECODE_PARALLEL_ROWS_H_

#include <cstdint>

#include "absl/functional/function_ref.h"

namespace frazo::decode {

// Threads that work on rows side by side: a search's own, or those of the program around it.
class ParallelRows {
 public:
  virtual ~ParallelRows() = default;

  // Calls work(begin, end) for ranges that together are 0 .. count - 1, each once, in any order and
  // from any threads, and returns when all are done. `cycles`: an estimate of a row's work.
  virtual void Run(int64_t count, int64_t cycles,
                   absl::FunctionRef<void(int64_t begin, int64_t end)> work) = 0;
};

}  // namespace frazo::decode

#endif  // FRAZO_CORE_DECODE_PARALLEL_ROWS_H_
