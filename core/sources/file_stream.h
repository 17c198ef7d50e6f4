#ifndef FRAZO_CORE_SOURCES_FILE_STREAM_H_
#define FRAZO_CORE_SOURCES_FILE_STREAM_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/types/span.h"
#include "core/records/damage_log.h"
#include "core/sources/file_source_plan.h"
#include "core/sources/lane_reader.h"
#include "core/sources/read_ahead.h"
#include "core/sources/reader_threads.h"
#include "core/sources/record_chunk.h"
#include "core/sources/record_stream.h"
#include "frazo/proto/record_source_state.pb.h"

namespace frazo::sources {

// The common part of the streams of one file set.
class FileStream : public RecordStream {
 public:
  const absl::Status& status() const final { return status_; }
  absl::Status Restore(const RecordSourceState& state) final;
  absl::Status ReadAgain(absl::Span<const RecordId> ids,
                         absl::FunctionRef<void(size_t, std::string_view)> use) const final;
  std::string Location(const RecordId& id) const final;
  Counters counters() const final;

  // The state before the first chunk.
  const FileSourceState& start() const { return start_; }

 protected:
  FileStream(std::shared_ptr<const FileSourcePlan> plan, std::shared_ptr<ReaderThreads> threads);

  const FileSourcePlan& plan() const { return *plan_; }
  const std::shared_ptr<const FileSourcePlan>& shared_plan() const { return plan_; }

  // Starts to read the lanes from start() on.
  std::unique_ptr<ReadAhead> StartReading(const ReadAhead::Limits& limits);
  // Counts a chunk that is given; returns true.
  bool Count(const RecordChunk& chunk);
  // Each of these returns false.
  bool Fail(absl::Status status);
  // Called at the end of an epoch without a record. Returns an error if there will never be a
  // record, or if damage is the reason.
  absl::Status CheckEmptyEpoch() const;

 private:
  // Reads records of one file again, in the order of the file.
  absl::Status ReadFileAgain(absl::Span<const RecordId> ids, absl::Span<const size_t> indices,
                             absl::FunctionRef<void(size_t, std::string_view)> use) const;

  // Restore() replaces it.
  std::shared_ptr<const FileSourcePlan> plan_;
  const std::shared_ptr<ReaderThreads> threads_;
  FileSourceState start_;
  bool has_started_ = false;
  absl::Status status_;
  std::atomic<int64_t> records_{0};
  std::atomic<int64_t> record_bytes_{0};
  records::DamageLog damage_;
};

}  // namespace frazo::sources

#endif  // FRAZO_CORE_SOURCES_FILE_STREAM_H_
