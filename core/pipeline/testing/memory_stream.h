#ifndef FRAZO_CORE_PIPELINE_TESTING_MEMORY_STREAM_H_
#define FRAZO_CORE_PIPELINE_TESTING_MEMORY_STREAM_H_

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "core/sources/record_chunk.h"
#include "core/sources/record_stream.h"
#include "frazo/proto/record_source_state.pb.h"

namespace frazo::pipeline {

// For tests: a stream of records in memory. The state's `given` is the number of records before it.
class MemoryStream final : public sources::RecordStream {
 public:
  explicit MemoryStream(std::vector<std::string> records)
      : records_(std::make_shared<const std::vector<std::string>>(std::move(records))) {}

  // NextChunk() calls this first.
  std::function<void()> before_chunk = [] {};
  // The status at the end of the stream.
  absl::Status end_status;

  bool NextChunk(int64_t max_records, sources::RecordChunk* chunk) override {
    before_chunk();
    const int64_t count = std::min<int64_t>(max_records, records_->size() - next_);
    if (count == 0) {
      status_ = end_status;
      return false;
    }
    std::vector<sources::SourceRecord> records;
    for (int64_t i = next_; i < next_ + count; ++i) {
      records.push_back({(*records_)[i], sources::RecordId{0, 0, {i, 0}}});
    }
    *chunk = sources::RecordChunk(std::move(records), records_, std::make_shared<Origin>(next_));
    next_ += count;
    return true;
  }

  const absl::Status& status() const override { return status_; }

  absl::Status Restore(const RecordSourceState& state) override {
    next_ = state.files().given();
    return absl::OkStatus();
  }

  absl::Status ReadAgain(absl::Span<const sources::RecordId> ids,
                         absl::FunctionRef<void(size_t, std::string_view)> use) const override {
    for (size_t i = 0; i < ids.size(); ++i) use(i, (*records_)[ids[i].position.record]);
    return absl::OkStatus();
  }

  std::string Location(const sources::RecordId& id) const override {
    return absl::StrCat("'memory': record ", id.position.record, " at byte 0");
  }

  Counters counters() const override { return {}; }

 private:
  class Origin final : public sources::ChunkOrigin {
   public:
    explicit Origin(int64_t first) : first_(first) {}

    RecordSourceState StateAfter(int64_t count) const override {
      RecordSourceState state;
      state.mutable_files()->set_given(first_ + count);
      return state;
    }

   private:
    const int64_t first_;
  };

  const std::shared_ptr<const std::vector<std::string>> records_;
  int64_t next_ = 0;
  absl::Status status_;
};

}  // namespace frazo::pipeline

#endif  // FRAZO_CORE_PIPELINE_TESTING_MEMORY_STREAM_H_
