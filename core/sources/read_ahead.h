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

// Lanes read ahead by threads, each up to a bound. One thread at a time may take runs.
class ReadAhead {
 public:
  // How far one lane is read ahead: until it has met either; at least one run.
  struct Limits {
    int64_t records;
    int64_t bytes;
  };

  ReadAhead(std::vector<LaneReader> readers, const Limits& limits,
            std::shared_ptr<ReaderThreads> threads);
  // Waits for the reads at work.
  ~ReadAhead();
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;

  // The next run of a lane, which has_more(). Waits for it.
  LaneRun Take(int32_t lane);

 private:
  struct Lane {
    explicit Lane(LaneReader lane_reader) : reader(std::move(lane_reader)) {}

    // Belongs to the task while is_reading.
    LaneReader reader;
    // Guarded by mutex_.
    std::deque<LaneRun> runs;
    int64_t records = 0;
    int64_t bytes = 0;
    bool is_reading = false;
    bool has_more = true;
  };

  // Reads one run; a task.
  void Read(Lane* lane);
  // With mutex_ held: has a run read if the lane is idle and has space.
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
