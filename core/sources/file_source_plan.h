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

// The checked configuration of a stream of one file set. Immutable.
//
// Share: the parts of files that one lane reads in an epoch, one after the other. Lane l reads the
// parts l, l + lanes, l + 2 * lanes, ... of the epoch's order.
struct FileSourcePlan {
  // The files of all replicas; RecordId::file is an index into them.
  PinnedFileSet file_set;
  // The parts that this replica reads in an epoch: whole files, or its records of each file. At
  // least one.
  std::shared_ptr<const FileOrder> order;
  // 0 means without end.
  int64_t epochs;
  // At most one lane per file.
  int32_t lanes;
  bool skip_damaged;
  // The maximal number of records, and of bytes with their bookkeeping, that are permuted together.
  // Used only for shuffling.
  int64_t window_records;
  int64_t window_bytes;
  FileSourceIdentity identity;
  // The parts that this replica reads in epochs that were begun with another number of replicas.
  std::map<int64_t, std::shared_ptr<const FileParts>> rest;

  bool is_shuffled() const { return identity.lanes() > 0; }
  bool is_endless() const { return epochs == 0; }
  // Whether the epoch was begun with another number of replicas. It may then have no records.
  bool is_rest(int64_t epoch) const { return rest.count(epoch) > 0; }
  // All parts that this replica reads in an epoch, in order.
  std::shared_ptr<const FileParts> Parts(int64_t epoch) const;
  // The number of parts in a lane's share, out of `parts` parts.
  int32_t share_size(size_t parts, int32_t lane) const {
    return (static_cast<int32_t>(parts) - lane + lanes - 1) / lanes;
  }

  // Returns a state in that epoch, without lanes.
  FileSourceState StateIn(int64_t epoch) const;

  // Returns this plan with the remaining epochs of `state`. Error: kFailedPrecondition unless
  // `state` is sound and of a stream with the same identity; it names the difference.
  absl::StatusOr<std::shared_ptr<const FileSourcePlan>> WithRestOf(
      const FileSourceState& state) const;
};

// Finds the files. Errors: as RecordStream::Create.
absl::StatusOr<std::shared_ptr<const FileSourcePlan>> PlanFileSource(
    const FileSource& source, const RecordStream::Options& options);

}  // namespace frazo::sources

#endif  // FRAZO_CORE_SOURCES_FILE_SOURCE_PLAN_H_
