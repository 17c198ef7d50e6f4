#ifndef FRAZO_CORE_SOURCES_DIVIDE_STATES_H_
#define FRAZO_CORE_SOURCES_DIVIDE_STATES_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "core/sources/record_chunk.h"
#include "core/sources/record_stream.h"
#include "frazo/proto/record_source.pb.h"
#include "frazo/proto/record_source_state.pb.h"

namespace frazo::sources {

// Returns the states in which `replicas` replicas, number 0 first, continue from the states of
// another number of replicas. `states` are those of all replicas, number 0 first; a state without a
// kind is the one before the first record. All replicas together then still give every record once
// in each epoch:
//
// - Epochs that some replicas have begun and not all have finished are divided by file. One replica
//   gets the rest of each file. If there are fewer such files than replicas, several replicas take
//   turns with a file's records. A replica's share of such an epoch may be empty.
// - Later epochs are divided as without a state.
// - The records `again` were given, but are to be given once more, in their own epochs.
//
// A shuffled source has another order from here on than without the division. The draws of a
// mixture continue from those of the replica that has made the most. For the same number of
// replicas the result is a new division, too; the old states themselves would continue exactly.
//
// `options.replica` and `options.replicas` are ignored. The function reads the records of shuffle
// windows that are partly given. Errors: as for RecordStream::Create(), Restore() and NextChunk(),
// and kInvalidArgument if there are no states, for replicas < 1, and for an id of no file or
// epoch.
absl::StatusOr<std::vector<RecordSourceState>> DivideStates(
    const RecordSource& source, const RecordStream::Options& options,
    absl::Span<const RecordSourceState> states, absl::Span<const RecordId> again, int32_t replicas);

}  // namespace frazo::sources

#endif  // FRAZO_CORE_SOURCES_DIVIDE_STATES_H_
