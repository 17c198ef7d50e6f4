#ifndef FRAZO_CORE_SOURCES_FILE_SOURCE_PLAN_H_
#define FRAZO_CORE_SOURCES_FILE_SOURCE_PLAN_H_

#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/sources/file_order.h"
#include "core/sources/file_set.h"
#include "core/sources/record_stream.h"
#include "frazo/proto/record_source.pb.h"
#include "frazo/proto/record_source_state.pb.h"

namespace frazo::sources {

// What a stream of one file set does, made from its configuration. Immutable.
//
// Share: the files of an epoch that one lane reads, one after the other: every lanes-th file of the
// epoch's order.
struct FileSourcePlan {
  // All files, of this replica or not; a RecordId counts among them.
  PinnedFileSet file_set;
  // Of the files that this replica reads.
  FileOrder order;
  // 0: without end.
  int64_t epochs;
  // At most one a file.
  int32_t lanes;
  // Of the records of each file this replica takes number replica, replica + replicas, ...
  int32_t replica;
  int32_t replicas;
  bool skip_damaged;
  // At most so many records, and bytes with their bookkeeping, are permuted together. Shuffled
  // only.
  int64_t window_records;
  int64_t window_bytes;
  FileSourceIdentity identity;

  bool is_shuffled() const { return identity.lanes() > 0; }
  bool is_endless() const { return epochs == 0; }
  // Files in the share of a lane.
  int32_t share_size(int32_t lane) const { return (order.file_count() - lane + lanes - 1) / lanes; }

  // Error: kFailedPrecondition unless `state` is of a stream with the same identity and is sound;
  // names the difference.
  absl::Status CheckState(const FileSourceState& state) const;
};

// Finds the files. Errors: as RecordStream::Create.
absl::StatusOr<std::shared_ptr<const FileSourcePlan>> PlanFileSource(
    const FileSource& source, const RecordStream::Options& options);

}  // namespace frazo::sources

#endif  // FRAZO_CORE_SOURCES_FILE_SOURCE_PLAN_H_
