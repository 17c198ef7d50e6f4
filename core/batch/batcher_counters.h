#ifndef FRAZO_CORE_BATCH_BATCHER_COUNTERS_H_
#define FRAZO_CORE_BATCH_BATCHER_COUNTERS_H_

#include <cstdint>

#include "frazo/proto/batcher_state.pb.h"

namespace frazo::batch {

// Counts the examples that a batcher got since the first start, and those that it dropped.
struct BatcherCounters {
  // All examples.
  int64_t examples = 0;
  // Examples longer than the last bucket's bound or than a row.
  int64_t too_long = 0;
  // Examples with nothing to pack: all of their streams are empty.
  int64_t empty = 0;
  // Examples in a part-filled batch at the end of the source, which the configuration drops.
  int64_t dropped_at_end = 0;

  void Save(BatcherState* state) const;
  static BatcherCounters Restore(const BatcherState& state);
};

}  // namespace frazo::batch

#endif  // FRAZO_CORE_BATCH_BATCHER_COUNTERS_H_
