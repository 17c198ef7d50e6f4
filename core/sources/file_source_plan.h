#ifndef FRAZO_CORE_SOURCES_FILE_SOURCE_PLAN_H_
#define FRAZO_CORE_SOURCES_FILE_SOURCE_PLAN_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/sources/file_order.h"
#include "core/sources/file_part.h"
#include "core/sources/file_set.h"
#include "core/sources/record_stream.h"
#include "frazo/proto/record_source.pb.h"
#include "frazo/proto/record_source_state.pb.h"

namespace frazo::sources {

// What a stream of one file set does, made from its configuration. Immutable.
//
// Share: the parts of files that one lane reads in an epoch, one after the other: every lanes-th
// one of the epoch's order.
struct FileSourcePlan {
  // All files, of this replica or not; a RecordId counts among them.
  PinnedFileSet file_set;
  // What this replica reads in an epoch: whole files, or its records of each file. At least one.
  std::shared_ptr<const FileOrder> order;
  // 0: without end.
  int64_t epochs;
  // At most one a file.
  int32_t lanes;
  bool skip_damaged;
  // At most so many records, and bytes with their bookkeeping, are permuted together. Shuffled
  // only.
  int64_t window_records;
  int64_t window_bytes;
  FileSourceIdentity identity;
  // What this replica reads in the epochs that were begun with another number of replicas instead.
  std::map<int64_t, std::shared_ptr<const FileParts>> rest;

  bool is_shuffled() const { return identity.lanes() > 0; }
  bool is_endless() const { return epochs == 0; }
  // Whether the epoch was begun with another number of replicas. It may then hold no records.
  bool is_rest(int64_t epoch) const { return rest.count(epoch) > 0; }
  // All that this replica reads in an epoch, in order.
  std::shared_ptr<const FileParts> Parts(int64_t epoch) const;
  // Parts in the share of a lane of so many parts.
  int32_t share_size(size_t parts, int32_t lane) const {
    return (static_cast<int32_t>(parts) - lane + lanes - 1) / lanes;
  }

  // A state in that epoch, as yet without lanes.
  FileSourceState StateIn(int64_t epoch) const;

  // This plan with the epochs that `state` has a rest of. Error: kFailedPrecondition unless `state`
  // is of a stream with the same identity and is sound; names the difference.
  absl::StatusOr<std::shared_ptr<const FileSourcePlan>> WithRestOf(
      const FileSourceState& state) const;
};

// Finds the files. Errors: as RecordStream::Create.
absl::StatusOr<std::shared_ptr<const FileSourcePlan>> PlanFileSource(
    const FileSource& source, const RecordStream::Options& options);

}  // namespace frazo::sources

#endif  // FRAZO_CORE_SOURCES_FILE_SOURCE_PLAN_H_
