#include "core/sources/lane_reader.h"

#include <optional>
#include <utility>

#include "core/status/status_macros.h"

namespace frazo::sources {
namespace {

// Bounds the bookkeeping of very short records.
constexpr int64_t kMaxRunRecords = 4096;

// The file is not what it was, or the device does not give it: others may do.
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
                       LanePlace place, records::DamageLog* damage)
    : plan_(std::move(plan)), lane_(lane), damage_(damage), epoch_(epoch), place_(place) {}

LaneRun LaneReader::Next() {
  LaneRun run;
  while (true) {
    if (open_file_ == nullptr && place_.file == plan_->share_size(lane_)) {
      ++epoch_;
      place_ = LanePlace();
      run.kind = LaneRun::Kind::kEndOfEpoch;
      return run;
    }
    if (open_file_ != nullptr && ReadRun(&run)) return run;
    run.status = open_file_ == nullptr ? OpenFile() : LeaveRun();
    if (!run.status.ok()) {
      failed_ = true;
      run.kind = LaneRun::Kind::kFailure;
      return run;
    }
  }
}

absl::Status LaneReader::OpenFile() {
  file_number_ = (*plan_->order.OfEpoch(epoch_))[lane_ + place_.file * plan_->lanes];
  if (absl::Status change = CheckUnchanged(file()); !change.ok()) return PassFile(change);
  absl::StatusOr<std::unique_ptr<records::RecordFile>> opened =
      plan_->file_set.opener(file().path, plan_->file_set.options, place_.position);
  if (!opened.ok()) return PassFile(opened.status());
  open_file_ = *std::move(opened);
  return absl::OkStatus();
}

bool LaneReader::ReadRun(LaneRun* run) {
  while (open_file_->NextRun(kMaxRunRecords, &batch_)) {
    run->records.reserve(batch_.extents.size() / plan_->replicas + 1);
    for (size_t i = 0; i < batch_.extents.size(); ++i) {
      const records::RecordPosition position = batch_.position(i);
      if (plan_->replicas > 1 && position.record % plan_->replicas != plan_->replica) continue;
      run->records.push_back({batch_.record(i), {/*source=*/0, file_number_, position}});
    }
    if (run->records.empty()) continue;
    run->kind = LaneRun::Kind::kRecords;
    run->memory = std::move(batch_.bytes);
    run->bytes = batch_.byte_count + run->records.size() * sizeof(SourceRecord);
    run->end = {place_.file, batch_.end};
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
  place_ = {place_.file + 1, records::RecordPosition()};
}

const PinnedFile& LaneReader::file() const { return plan_->file_set.files[file_number_]; }

}  // namespace frazo::sources
