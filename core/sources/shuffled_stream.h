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

// Records in random order. The files of an epoch are read by several lanes side by side; records
// are taken from the lanes in turn, one each, until they fill a window, which is permuted and given
// out while the lanes read what the next one will hold. Windows do not cross epochs.
class ShuffledStream final : public FileStream {
 public:
  ShuffledStream(std::shared_ptr<const FileSourcePlan> plan,
                 std::shared_ptr<ReaderThreads> threads);

  // The records of a chunk are copied together, so that it keeps no window in memory.
  bool NextChunk(int64_t max_records, RecordChunk* chunk) override;

 private:
  // A lane's part in the window being filled.
  struct Lane {
    LaneRun run;
    // Records of the run that have been taken.
    size_t taken = 0;
    // Where it stands while no run has been taken in this epoch.
    LanePosition start;
    bool has_run = false;

    LanePosition position() const;
  };

  void Start();
  // Has a window with records not given yet; false at the end or after a failure.
  bool FindWindow();
  // Takes records until the window is full or the epoch ends.
  absl::Status FillWindow();
  // Sees to it that the lane has a record; false if its epoch has ended.
  absl::StatusOr<bool> FindRecord(int32_t lane);
  void BeginWindow();
  absl::Status BeginEpoch();
  // Where the window begins, for its origins.
  FileSourceState Snapshot() const;

  int64_t epoch_ = 0;
  // Number of the window to fill next.
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
  // Records to pass over in the first window after Restore().
  int64_t given_before_ = 0;
  // The last member: its threads use the others.
  std::unique_ptr<ReadAhead> reading_;
};

}  // namespace frazo::sources

#endif  // FRAZO_CORE_SOURCES_SHUFFLED_STREAM_H_
