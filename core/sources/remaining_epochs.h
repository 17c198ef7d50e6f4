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

// What the replicas of a file source have left of the epochs that some of them have begun and not
// all have ended. Epochs without a key: not begun if they come after these, else ended.
using RemainingEpochs = std::map<int64_t, FileParts>;

// `states`: of all replicas, number 0 first; nullptr: before the first record. Errors: as in
// DivideStates().
absl::StatusOr<RemainingEpochs> FindRemaining(const FileSource& source,
                                              const RecordStream::Options& options,
                                              absl::Span<const FileSourceState* const> states);

// Adds single records, once for each time that they are in `again`, to the first of the epochs.
// Error: kInvalidArgument for an id of no file; `files`: their number.
absl::Status AddAgain(absl::Span<const RecordId> again, int64_t files, RemainingEpochs* remaining);

// The states of `replicas` replicas that share `remaining`.
absl::StatusOr<std::vector<FileSourceState>> ShareRemaining(const FileSource& source,
                                                            const RecordStream::Options& options,
                                                            const RemainingEpochs& remaining,
                                                            int32_t replicas);

}  // namespace frazo::sources

#endif  // FRAZO_CORE_SOURCES_REMAINING_EPOCHS_H_
