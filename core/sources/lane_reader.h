#ifndef FRAZO_CORE_SOURCES_LANE_READER_H_
#define FRAZO_CORE_SOURCES_LANE_READER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "core/records/damage_log.h"
#include "core/records/record_batch.h"
#include "core/records/record_file.h"
#include "core/records/record_position.h"
#include "core/sources/file_part.h"
#include "core/sources/file_source_plan.h"
#include "core/sources/record_chunk.h"

namespace frazo::sources {

// Where a lane stands in an epoch.
struct LanePosition {
  // Parts of its share before the present one.
  int32_t file = 0;
  records::RecordPosition position;
};

// What a lane reads at once.
struct LaneRun {
  enum class Kind { kRecords, kEndOfEpoch, kFailure };

  Kind kind = Kind::kEndOfEpoch;
  // kRecords: at least one, all of one file, and what keeps them in memory.
  std::vector<SourceRecord> records;
  std::shared_ptr<const void> memory;
  // Memory taken, about.
  int64_t bytes = 0;
  // The position after the last record.
  LanePosition end;
  // kFailure.
  absl::Status status;
};

// Reads the shares of one lane, epoch after epoch. Not thread-safe.
class LaneReader {
 public:
  // `damage` must outlive it.
  LaneReader(std::shared_ptr<const FileSourcePlan> plan, int32_t lane, int64_t epoch,
             LanePosition position, records::DamageLog* damage);

  // Only while has_more().
  LaneRun Next();

  // false after a failure, and after the end of the last epoch.
  bool has_more() const { return !failed_ && (plan_->is_endless() || epoch_ < plan_->epochs); }

 private:
  const PinnedFile& file() const;
  absl::Status OpenFile();
  // Fills *run with the records of the part; false if there are none at present.
  bool ReadRun(LaneRun* run);
  // Deals with the end of the open file or its failure; an error if the lane can't go on.
  absl::Status LeaveRun();
  // Goes on with the next file, after `failure` if it counts as damage; otherwise returns it.
  absl::Status PassFile(const absl::Status& failure);
  void CloseFile();

  std::shared_ptr<const FileSourcePlan> plan_;
  int32_t lane_;
  records::DamageLog* damage_;

  int64_t epoch_;
  // The parts of the epoch; null before its first one.
  std::shared_ptr<const FileParts> parts_;
  // The next record to read, unless a file is open.
  LanePosition position_;
  bool failed_ = false;
  // The part that is being read, and whether it is the rest of its file.
  const FilePart* part_ = nullptr;
  bool part_is_whole_ = true;
  std::unique_ptr<records::RecordFile> open_file_;
  records::RecordBatch batch_;
};

}  // namespace frazo::sources

#endif  // FRAZO_CORE_SOURCES_LANE_READER_H_
