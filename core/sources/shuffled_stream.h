#ifndef FRAZO_CORE_SOURCES_SHUFFLED_STREAM_H_
#define FRAZO_CORE_SOURCES_SHUFFLED_STREAM_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "core/sources/file_source_plan.h"
#include "core/sources/file_stream.h"
#include "core/sources/lane_reader.h"
#include "core/sources/read_ahead.h"
#include "core/sources/reader_threads.h"
#include "core/sources/record_chunk.h"
#include "frazo/proto/record_source_state.pb.h"

namespace frazo::sources {

// Gives records in random order. Several lanes read the files of an epoch at the same time. The
// stream takes one record from each lane in turn until they fill a window, permutes the window and
// gives its records while the lanes read those of the next one. Windows do not cross epochs.
class ShuffledStream final : public FileStream {
 public:
  ShuffledStream(std::shared_ptr<const FileSourcePlan> plan,
                 std::shared_ptr<ReaderThreads> threads);

  // Copies the records of a chunk into one piece of memory, so that the chunk doesn't keep a
  // window.
  bool NextChunk(int64_t max_records, RecordChunk* chunk) override;

 private:
  // The state of a lane for the window that is being filled.
  struct Lane {
    LaneRun run;
    // The number of records of the run that have been taken.
    size_t taken = 0;
    // The lane's position if no run has been taken in this epoch.
    LanePosition start;
    bool has_run = false;

    LanePosition position() const;
  };

  void Start();
  // Makes a window available that has records to give; false at the end or after a failure.
  bool FindWindow();
  // Takes records until the window is full or the epoch ends.
  absl::Status FillWindow();
  // Makes a record of the lane available; false if its epoch has ended.
  absl::StatusOr<bool> FindRecord(int32_t lane);
  void BeginWindow();
  absl::Status BeginEpoch();
  // Returns the state at the beginning of the window, for its origins.
  FileSourceState Snapshot() const;

  int64_t epoch_ = 0;
  // The number of the next window to fill.
  int64_t window_ = 0;
  bool epoch_is_empty_ = true;

  std::vector<Lane> lanes_;
  // The lanes whose epoch has not ended, in order, and the index among them of the next one.
  std::vector<int32_t> live_;
  size_t turn_ = 0;

  std::vector<SourceRecord> records_;
  std::vector<std::shared_ptr<const void>> memory_;
  std::shared_ptr<const FileSourceState> window_start_;
  size_t given_ = 0;
  // The number of records to leave out of the first window after Restore().
  int64_t given_before_ = 0;
  // The last member, because its threads use the others.
  std::unique_ptr<ReadAhead> reading_;
};

}  // namespace frazo::sources

#endif  // FRAZO_CORE_SOURCES_SHUFFLED_STREAM_H_
