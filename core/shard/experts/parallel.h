#ifndef FRAZO_CORE_SHARD_EXPERTS_PARALLEL_H_
#define FRAZO_CORE_SHARD_EXPERTS_PARALLEL_H_

#include <cstdint>

#include "absl/functional/function_ref.h"

namespace frazo::shard {

// Calls work(begin, end) for ranges that together are 0 .. count - 1, in threads of the caller's
// choice, and returns when all are done. `cycles` is an estimate of the work of one index.
using Parallel = absl::FunctionRef<void(int64_t count, int64_t cycles,
                                        absl::FunctionRef<void(int64_t begin, int64_t end)> work)>;

}  // namespace frazo::shard

#endif  // FRAZO_CORE_SHARD_EXPERTS_PARALLEL_H_
