#ifndef FRAZO_CORE_SOURCES_REMAINING_EPOCHS_H_
#define FRAZO_CORE_SOURCES_REMAINING_EPOCHS_H_

#include <cstdint>
#include <map>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "core/sources/file_part.h"
#include "core/sources/record_chunk.h"
#include "core/sources/record_stream.h"
#include "frazo/proto/record_source.pb.h"
#include "frazo/proto/record_source_state.pb.h"

namespace frazo::sources {

// The parts that the replicas of a file source have left, for epochs that some replicas have begun
// and not all have finished. Other epochs are not begun if they come after these, and finished
// otherwise.
using RemainingEpochs = std::map<int64_t, FileParts>;

// `states`: those of all replicas, number 0 first; nullptr stands for the state before the first
// record. Errors: as in DivideStates().
absl::StatusOr<RemainingEpochs> FindRemaining(const FileSource& source,
                                              const RecordStream::Options& options,
                                              absl::Span<const FileSourceState* const> states);

// Adds single records to their epochs, once for each time that they occur in `again`. `files` is
// the number of files; `remaining` has an epoch. Error: kInvalidArgument for an id of no file, or
// of an epoch that is not in progress or finished.
absl::Status AddAgain(absl::Span<const RecordId> again, int64_t files, RemainingEpochs* remaining);

// Returns the states of `replicas` replicas that share `remaining`.
absl::StatusOr<std::vector<FileSourceState>> ShareRemaining(const FileSource& source,
                                                            const RecordStream::Options& options,
                                                            const RemainingEpochs& remaining,
                                                            int32_t replicas);

}  // namespace frazo::sources

#endif  // FRAZO_CORE_SOURCES_REMAINING_EPOCHS_H_
