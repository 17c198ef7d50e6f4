#include "core/sources/sequential_stream.h"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "core/records/record_position.h"
#include "frazo/proto/record_source_state.pb.h"

namespace frazo::sources {
namespace {

// Enough runs that neither side waits for short delays of the other, and few enough to stay in the
// cache.
constexpr ReadAhead::Limits kLimits = {/*records=*/std::numeric_limits<int64_t>::max(),
                                       /*bytes=*/4 << 20};

class SequentialOrigin final : public ChunkOrigin {
 public:
  SequentialOrigin(std::shared_ptr<const FileSourcePlan> plan, int64_t epoch, int32_t file,
                   std::vector<records::RecordPosition> positions)
      : plan_(std::move(plan)), epoch_(epoch), file_(file), positions_(std::move(positions)) {}

  RecordSourceState StateAfter(int64_t count) const override {
    RecordSourceState state;
    FileSourceState& files = *state.mutable_files();
    files = plan_->StateIn(epoch_);
    FileSourceState::LanePosition& lane = *files.add_lanes();
    lane.set_file(file_);
    lane.set_record(positions_[count].record);
    lane.set_byte(positions_[count].byte);
    return state;
  }

 private:
  const std::shared_ptr<const FileSourcePlan> plan_;
  const int64_t epoch_;
  const int32_t file_;
  // The position of each record, and the position after the last one.
  const std::vector<records::RecordPosition> positions_;
};

}  // namespace

SequentialStream::SequentialStream(std::shared_ptr<const FileSourcePlan> plan,
                                   std::shared_ptr<ReaderThreads> threads)
    : FileStream(std::move(plan), std::move(threads)) {}

bool SequentialStream::NextChunk(int64_t max_records, RecordChunk* chunk) {
  // Frees the memory of the previous chunk first.
  *chunk = RecordChunk();
  if (!status().ok() || !FindRun()) return false;
  const size_t count = std::min<size_t>(max_records, run_.records.size() - given_);
  std::shared_ptr<const ChunkOrigin> origin = OriginOf(count);
  std::vector<SourceRecord> records;
  if (count == run_.records.size()) {
    records.swap(run_.records);
    given_ = 0;
  } else {
    const auto begin = run_.records.begin() + given_;
    records.assign(begin, begin + count);
    given_ += count;
  }
  *chunk = RecordChunk(std::move(records), run_.memory, std::move(origin));
  return Count(*chunk);
}

bool SequentialStream::FindRun() {
  if (reading_ == nullptr) {
    epoch_ = start().epoch();
    const FileSourceState::LanePosition& position = start().lanes(0);
    epoch_is_empty_ = position.file() == 0 && position.record() == 0;
    reading_ = StartReading(kLimits);
  }
  while (given_ == run_.records.size()) {
    if (!plan().is_endless() && epoch_ >= plan().epochs) return false;
    run_ = reading_->Take(/*lane=*/0);
    given_ = 0;
    if (run_.kind == LaneRun::Kind::kFailure) return Fail(run_.status);
    if (run_.kind == LaneRun::Kind::kRecords) epoch_is_empty_ = false;
    if (run_.kind == LaneRun::Kind::kEndOfEpoch && !EndEpoch()) return false;
  }
  return true;
}

bool SequentialStream::EndEpoch() {
  if (epoch_is_empty_ && !plan().is_rest(epoch_)) {
    if (absl::Status status = CheckEmptyEpoch(); !status.ok()) return Fail(std::move(status));
  }
  ++epoch_;
  epoch_is_empty_ = true;
  return true;
}

std::shared_ptr<const ChunkOrigin> SequentialStream::OriginOf(size_t count) const {
  std::vector<records::RecordPosition> positions;
  positions.reserve(count + 1);
  for (size_t i = 0; i < count; ++i) positions.push_back(run_.records[given_ + i].id.position);
  const bool is_rest = given_ + count == run_.records.size();
  positions.push_back(is_rest ? run_.end.position : run_.records[given_ + count].id.position);
  return std::make_shared<SequentialOrigin>(shared_plan(), epoch_, run_.end.file,
                                            std::move(positions));
}

}  // namespace frazo::sources
