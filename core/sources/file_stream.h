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

// What the streams of one file set have in common, whatever their order.
class FileStream : public RecordStream {
 public:
  const absl::Status& status() const final { return status_; }
  absl::Status Restore(const RecordSourceState& state) final;
  absl::Status ReadAgain(absl::Span<const RecordId> ids,
                         absl::FunctionRef<void(size_t, std::string_view)> use) const final;
  std::string Location(const RecordId& id) const final;
  Counters counters() const final;

  // Where it stands before the first chunk.
  const FileSourceState& start() const { return start_; }

 protected:
  FileStream(std::shared_ptr<const FileSourcePlan> plan, std::shared_ptr<ReaderThreads> threads);

  const FileSourcePlan& plan() const { return *plan_; }
  const std::shared_ptr<const FileSourcePlan>& shared_plan() const { return plan_; }

  // Has the lanes read from start() on.
  std::unique_ptr<ReadAhead> StartReading(const ReadAhead::Limits& limits);
  // To be called for each chunk given out; true.
  bool Count(const RecordChunk& chunk);
  // Each of them returns false.
  bool Fail(absl::Status status);
  // At the end of an epoch that gave no record: an error if none is ever to come, or if the reason
  // is damage.
  absl::Status CheckEmptyEpoch() const;

 private:
  // The ids of one file, in the order of the file.
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
