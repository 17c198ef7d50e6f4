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

// The position of a lane in an epoch.
struct LanePosition {
  // The number of parts of the lane's share before the present one.
  int32_t file = 0;
  records::RecordPosition position;
};

// A run of records that a lane reads at once.
struct LaneRun {
  enum class Kind { kRecords, kEndOfEpoch, kFailure };

  Kind kind = Kind::kEndOfEpoch;
  // For kRecords: at least one record, all of one file, and the memory that they refer to.
  std::vector<SourceRecord> records;
  std::shared_ptr<const void> memory;
  // The approximate memory of the run.
  int64_t bytes = 0;
  // The position after the last record.
  LanePosition end;
  // For kFailure.
  absl::Status status;
};

// Reads the shares of one lane, epoch by epoch. Not thread-safe.
class LaneReader {
 public:
  // `damage` must outlive it.
  LaneReader(std::shared_ptr<const FileSourcePlan> plan, int32_t lane, int64_t epoch,
             LanePosition position, records::DamageLog* damage);

  // Reads the next run; has_more() must be true.
  LaneRun Next();

  // False after a failure, and after the end of the last epoch.
  bool has_more() const { return !failed_ && (plan_->is_endless() || epoch_ < plan_->epochs); }

 private:
  const PinnedFile& file() const;
  absl::Status OpenFile();
  // Fills *run with records of the part; false if it gives none at present.
  bool ReadRun(LaneRun* run);
  // Handles the end of the open file or its failure. Returns an error if the lane can't go on.
  absl::Status LeaveRun();
  // Continues with the next file if `failure` counts as damage; otherwise returns it.
  absl::Status PassFile(const absl::Status& failure);
  void CloseFile();

  std::shared_ptr<const FileSourcePlan> plan_;
  int32_t lane_;
  records::DamageLog* damage_;

  int64_t epoch_;
  // The parts of the epoch; null before the first epoch.
  std::shared_ptr<const FileParts> parts_;
  // The position of the next record, unless a file is open.
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
