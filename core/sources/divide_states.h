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

// The states in which `replicas` replicas, number 0 first, go on with what replicas of another
// number left. `states` are those of all of them, number 0 first; one without a kind is that before
// the first record. Then every record still comes once in each epoch, over all replicas together:
//
// - The epochs that some replica has begun and not all have ended are divided by file: what is left
//   of each file goes to one replica, or, where there are fewer such files than replicas, to
//   several that take turns with its records. The share of a replica in these epochs may be empty.
// - Later epochs are dealt out as they are without a state.
// - The records `again` were given, but are to be given once more, in the first of these epochs.
//
// A shuffled source has another order from here on than it would have had. The draws of a mixture
// go on from those of the replica that has made the most. For the same number of replicas it
// divides anew all the same; the states as they are would go on exactly.
//
// `options.replica` and `options.replicas` mean nothing. Reads the records of shuffle windows that
// are partly given out. Errors: as for RecordStream::Create(), Restore() and NextChunk(), and
// kInvalidArgument for no states, for replicas < 1, and for an id of no file.
absl::StatusOr<std::vector<RecordSourceState>> DivideStates(
    const RecordSource& source, const RecordStream::Options& options,
    absl::Span<const RecordSourceState> states, absl::Span<const RecordId> again, int32_t replicas);

}  // namespace frazo::sources

#endif  // FRAZO_CORE_SOURCES_DIVIDE_STATES_H_
