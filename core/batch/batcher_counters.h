#ifndef FRAZO_CORE_BATCH_BATCHER_COUNTERS_H_
#define FRAZO_CORE_BATCH_BATCHER_COUNTERS_H_

#include <cstdint>

#include "frazo/proto/batcher_state.pb.h"

namespace frazo::batch {

// Examples that a batcher was given, and those of them that never come out in a batch, since the
// first start.
struct BatcherCounters {
  // All of them.
  int64_t examples = 0;
  // Longer than the last bucket's bound or than a row.
  int64_t too_long = 0;
  // Nothing to pack: every stream of theirs is empty.
  int64_t empty = 0;
  // In a part-filled batch when the source ended, where the configuration drops those.
  int64_t dropped_at_end = 0;

  void Save(BatcherState* state) const;
  static BatcherCounters Restore(const BatcherState& state);
};

}  // namespace frazo::batch

#endif  // FRAZO_CORE_BATCH_BATCHER_COUNTERS_H_
