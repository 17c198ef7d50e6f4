#include "core/sources/shuffled_stream.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/numeric/random.h"
#include "core/status/status_macros.h"

namespace frazo::sources {
namespace {

// Makes these random numbers differ from others of the same seed.
constexpr uint64_t kPurpose = 2;

// About the memory of a record in the buffer besides its data: framing, and a SourceRecord in the
// run and in the window. It decides where a window ends and so the order: it must never change.
constexpr int64_t kRecordOverheadBytes = 112;

class ShuffledOrigin final : public ChunkOrigin {
 public:
  ShuffledOrigin(std::shared_ptr<const FileSourceState> window_start, int64_t given)
      : window_start_(std::move(window_start)), given_(given) {}

  RecordSourceState StateAfter(int64_t count) const override {
    RecordSourceState state;
    *state.mutable_files() = *window_start_;
    state.mutable_files()->set_given(given_ + count);
    return state;
  }

 private:
  const std::shared_ptr<const FileSourceState> window_start_;
  const int64_t given_;
};

}  // namespace

ShuffledStream::ShuffledStream(std::shared_ptr<const FileSourcePlan> plan,
                               std::shared_ptr<ReaderThreads> threads)
    : FileStream(std::move(plan), std::move(threads)) {}

bool ShuffledStream::NextChunk(int64_t max_records, RecordChunk* chunk) {
  // Frees the memory of the previous chunk first.
  *chunk = RecordChunk();
  if (!status().ok() || !FindWindow()) return false;
  const size_t count = std::min<size_t>(max_records, records_.size() - given_);
  const auto begin = records_.begin() + given_;
  std::vector<SourceRecord> records(begin, begin + count);
  size_t bytes = 0;
  for (const SourceRecord& record : records) bytes += record.data.size();

  std::shared_ptr<char[]> memory(new char[bytes]);
  char* end = memory.get();
  for (SourceRecord& record : records) {
    std::memcpy(end, record.data.data(), record.data.size());
    record.data = {end, record.data.size()};
    end += record.data.size();
  }
  auto origin = std::make_shared<ShuffledOrigin>(window_start_, given_);
  given_ += count;
  *chunk = RecordChunk(std::move(records), std::move(memory), std::move(origin));
  return Count(*chunk);
}

void ShuffledStream::Start() {
  epoch_ = start().epoch();
  window_ = start().window();
  given_before_ = start().given();
  epoch_is_empty_ = window_ == 0;
  lanes_.resize(plan().lanes);
  for (int32_t lane = 0; lane < plan().lanes; ++lane) {
    const FileSourceState::LanePosition& position = start().lanes(lane);
    lanes_[lane].start = {position.file(), {position.record(), position.byte()}};
  }
  live_.resize(plan().lanes);
  std::iota(live_.begin(), live_.end(), 0);
  turn_ = start().next_lane();
  // The window that is being given is one half of the buffer, and these runs are the other half.
  const ReadAhead::Limits limits = {(plan().window_records + plan().lanes - 1) / plan().lanes,
                                    (plan().window_bytes + plan().lanes - 1) / plan().lanes};
  reading_ = StartReading(limits);
}

bool ShuffledStream::FindWindow() {
  if (reading_ == nullptr) Start();
  while (given_ == records_.size()) {
    if (!plan().is_endless() && epoch_ >= plan().epochs) return false;
    BeginWindow();
    if (absl::Status status = FillWindow(); !status.ok()) return Fail(std::move(status));
    if (given_before_ > records_.size()) {
      return Fail(absl::FailedPreconditionError(
          absl::StrCat("the saved state does not fit the files: ", given_before_,
                       " records of a window were given out, and it now holds ", records_.size(),
                       "; restore the files, or start the source anew")));
    }
    given_ = std::exchange(given_before_, 0);
    if (!records_.empty()) continue;
    if (absl::Status status = BeginEpoch(); !status.ok()) return Fail(std::move(status));
  }
  return true;
}

void ShuffledStream::BeginWindow() {
  given_ = 0;
  records_.clear();
  memory_.clear();
  for (const Lane& lane : lanes_) {
    if (lane.taken < lane.run.records.size()) memory_.push_back(lane.run.memory);
  }
  window_start_ = std::make_shared<const FileSourceState>(Snapshot());
}

absl::Status ShuffledStream::FillWindow() {
  int64_t bytes = 0;
  while (!live_.empty() && records_.size() < plan().window_records) {
    FRAZO_ASSIGN_OR_RETURN(const bool is_there, FindRecord(live_[turn_]));
    if (!is_there) {
      live_.erase(live_.begin() + turn_);
    } else {
      Lane& lane = lanes_[live_[turn_]];
      const SourceRecord& record = lane.run.records[lane.taken];
      bytes += record.data.size() + kRecordOverheadBytes;
      if (bytes > plan().window_bytes && !records_.empty()) break;
      records_.push_back(record);
      ++lane.taken;
      ++turn_;
    }
    if (turn_ == live_.size()) turn_ = 0;
  }
  if (records_.empty()) return absl::OkStatus();
  epoch_is_empty_ = false;
  numeric::Permute(numeric::Random({kPurpose, static_cast<uint64_t>(plan().identity.seed()),
                                    static_cast<uint64_t>(epoch_), static_cast<uint64_t>(window_)}),
                   records_);
  ++window_;
  return absl::OkStatus();
}

absl::StatusOr<bool> ShuffledStream::FindRecord(int32_t number) {
  Lane& lane = lanes_[number];
  if (lane.taken < lane.run.records.size()) return true;
  // Now only the window keeps the run's memory.
  lane.run.memory.reset();
  LaneRun run = reading_->Take(number);
  if (run.kind == LaneRun::Kind::kFailure) return run.status;
  if (run.kind == LaneRun::Kind::kEndOfEpoch) return false;
  lane.run = std::move(run);
  lane.taken = 0;
  lane.has_run = true;
  memory_.push_back(lane.run.memory);
  return true;
}

absl::Status ShuffledStream::BeginEpoch() {
  if (epoch_is_empty_ && !plan().is_rest(epoch_)) FRAZO_RETURN_IF_ERROR(CheckEmptyEpoch());
  ++epoch_;
  window_ = 0;
  epoch_is_empty_ = true;
  lanes_.assign(lanes_.size(), Lane());
  live_.resize(lanes_.size());
  std::iota(live_.begin(), live_.end(), 0);
  turn_ = 0;
  return absl::OkStatus();
}

FileSourceState ShuffledStream::Snapshot() const {
  FileSourceState state = plan().StateIn(epoch_);
  state.set_window(window_);
  for (const Lane& lane : lanes_) {
    const LanePosition at = lane.position();
    FileSourceState::LanePosition& position = *state.add_lanes();
    position.set_file(at.file);
    position.set_record(at.position.record);
    position.set_byte(at.position.byte);
  }
  state.set_next_lane(live_.empty() ? 0 : live_[turn_]);
  return state;
}

LanePosition ShuffledStream::Lane::position() const {
  if (!has_run) return start;
  if (taken == run.records.size()) return run.end;
  return {run.end.file, run.records[taken].id.position};
}

}  // namespace frazo::sources
