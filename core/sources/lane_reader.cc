#include "core/sources/lane_reader.h"

#include <optional>
#include <utility>

#include "core/status/status_macros.h"

namespace frazo::sources {
namespace {

// Bounds the bookkeeping of very short records.
constexpr int64_t kMaxRunRecords = 4096;

// Whether the file has changed or the device can't read it; other files may still be readable.
bool IsDamage(const absl::Status& failure) {
  switch (failure.code()) {
    case absl::StatusCode::kDataLoss:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kUnavailable:
      return true;
    default:
      return false;
  }
}

}  // namespace

LaneReader::LaneReader(std::shared_ptr<const FileSourcePlan> plan, int32_t lane, int64_t epoch,
                       LanePosition position, records::DamageLog* damage)
    : plan_(std::move(plan)), lane_(lane), damage_(damage), epoch_(epoch), position_(position) {}

LaneRun LaneReader::Next() {
  LaneRun run;
  while (true) {
    if (parts_ == nullptr) parts_ = plan_->Parts(epoch_);
    if (open_file_ == nullptr && position_.file == plan_->share_size(parts_->size(), lane_)) {
      ++epoch_;
      parts_.reset();
      position_ = LanePosition();
      run.kind = LaneRun::Kind::kEndOfEpoch;
      return run;
    }
    if (open_file_ != nullptr && ReadRun(&run)) return run;
    if (open_file_ != nullptr && open_file_->position().record > part_->last()) {
      CloseFile();
      continue;
    }
    run.status = open_file_ == nullptr ? OpenFile() : LeaveRun();
    if (!run.status.ok()) {
      failed_ = true;
      run.kind = LaneRun::Kind::kFailure;
      return run;
    }
  }
}

absl::Status LaneReader::OpenFile() {
  part_ = &(*parts_)[lane_ + position_.file * plan_->lanes];
  part_is_whole_ = part_->is_whole();
  // In a state the beginning of a file stands for the beginning of the part.
  if (position_.position.record < part_->start.record) position_.position = part_->start;
  if (absl::Status change = CheckUnchanged(file()); !change.ok()) return PassFile(change);
  absl::StatusOr<std::unique_ptr<records::RecordFile>> opened =
      plan_->file_set.opener(file().path, plan_->file_set.options, position_.position);
  if (!opened.ok()) return PassFile(opened.status());
  open_file_ = *std::move(opened);
  return absl::OkStatus();
}

bool LaneReader::ReadRun(LaneRun* run) {
  while (open_file_->position().record <= part_->last() &&
         open_file_->NextRun(kMaxRunRecords, &batch_)) {
    run->records.reserve(batch_.extents.size() / part_->modulus + 1);
    for (size_t i = 0; i < batch_.extents.size(); ++i) {
      const records::RecordPosition position = batch_.position(i);
      if (!part_is_whole_ && !part_->Holds(position.record)) continue;
      run->records.push_back(
          {batch_.record(i), {/*source=*/0, part_->file, position, /*number=*/-1, epoch_}});
    }
    if (run->records.empty()) continue;
    run->kind = LaneRun::Kind::kRecords;
    run->memory = std::move(batch_.bytes);
    run->bytes = batch_.byte_count + run->records.size() * sizeof(SourceRecord);
    run->end = {position_.file, batch_.end};
    return true;
  }
  return false;
}

absl::Status LaneReader::LeaveRun() {
  const absl::Status failure = open_file_->status();
  if (failure.ok()) {
    if (absl::Status change = CheckUnchanged(file()); !change.ok()) return PassFile(change);
    CloseFile();
    return absl::OkStatus();
  }
  if (!plan_->skip_damaged) return failure;
  if (const std::optional<int64_t> bytes = open_file_->SkipDamage(); bytes.has_value()) {
    damage_->AddRecord(failure, *bytes);
    return absl::OkStatus();
  }
  return PassFile(failure);
}

absl::Status LaneReader::PassFile(const absl::Status& failure) {
  if (!plan_->skip_damaged || !IsDamage(failure)) return failure;
  damage_->AddFile(failure);
  CloseFile();
  return absl::OkStatus();
}

void LaneReader::CloseFile() {
  open_file_.reset();
  position_ = {position_.file + 1, records::RecordPosition()};
}

const PinnedFile& LaneReader::file() const { return plan_->file_set.files[part_->file]; }

}  // namespace frazo::sources
