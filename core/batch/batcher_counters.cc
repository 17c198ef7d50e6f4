#include "core/batch/batcher_counters.h"

namespace frazo::batch {

void BatcherCounters::Save(BatcherState* state) const {
  state->set_examples(examples);
  state->set_too_long(too_long);
  state->set_empty(empty);
  state->set_dropped_at_end(dropped_at_end);
}

BatcherCounters BatcherCounters::Restore(const BatcherState& state) {
  return {state.examples(), state.too_long(), state.empty(), state.dropped_at_end()};
}

}  // namespace frazo::batch
