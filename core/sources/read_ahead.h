#ifndef FRAZO_CORE_SOURCES_READ_AHEAD_H_
#define FRAZO_CORE_SOURCES_READ_AHEAD_H_

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "core/sources/lane_reader.h"
#include "core/sources/reader_threads.h"

namespace frazo::sources {

// Reads lanes ahead with threads, each lane up to a bound. One thread at a time may take runs.
class ReadAhead {
 public:
  // A lane is read ahead until it reaches one of these limits; at least one run.
  struct Limits {
    int64_t records;
    int64_t bytes;
  };

  ReadAhead(std::vector<LaneReader> readers, const Limits& limits,
            std::shared_ptr<ReaderThreads> threads);
  // Waits for running reads.
  ~ReadAhead();
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;

  // Returns the next run of a lane, and waits for it. The lane must have_more().
  LaneRun Take(int32_t lane);

 private:
  struct Lane {
    explicit Lane(LaneReader lane_reader) : reader(std::move(lane_reader)) {}

    // While is_reading is true, only the task may use it.
    LaneReader reader;
    // Guarded by mutex_.
    std::deque<LaneRun> runs;
    int64_t records = 0;
    int64_t bytes = 0;
    bool is_reading = false;
    bool has_more = true;
  };

  // Reads one run; runs as a task.
  void Read(Lane* lane);
  // Starts a task if the lane is idle and has space. mutex_ must be locked.
  void ReadMore(Lane* lane);

  const Limits limits_;
  const std::shared_ptr<ReaderThreads> threads_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  // Guarded by mutex_.
  const Lane* awaited_ = nullptr;
  int reading_ = 0;
  bool stopping_ = false;
};

}  // namespace frazo::sources

#endif  // FRAZO_CORE_SOURCES_READ_AHEAD_H_
