#ifndef FRAZO_CORE_BATCH_STATE_CHECK_H_
#define FRAZO_CORE_BATCH_STATE_CHECK_H_

#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "core/sources/record_chunk.h"
#include "frazo/proto/batcher_state.pb.h"

namespace frazo::batch {

// Error: kInvalidArgument unless the numbers of `state` agree with each other and with the number
// of ids and examples that came with it.
absl::Status CheckState(const BatcherState& state, size_t ids, size_t examples);

// Error: kInvalidArgument, unless `state` has `groups` buckets or rows, named by `noun`.
absl::Status CheckGroups(const BatcherState& state, int64_t groups, const char* noun);

// Returns kDataLoss, which names the record: its example doesn't fit where it was held.
absl::Status RecordChanged(const sources::RecordId& id);

}  // namespace frazo::batch

#endif  // FRAZO_CORE_BATCH_STATE_CHECK_H_
