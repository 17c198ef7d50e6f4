#ifndef FRAZO_CORE_KERNELS_LSTM_STEP_TEAM_H_
#define FRAZO_CORE_KERNELS_LSTM_STEP_TEAM_H_

#include <atomic>
#include <cstdint>

#include "absl/functional/function_ref.h"

namespace frazo::lstm {

// Threads that do thousands of short pieces of work in a row. Each run needs the results of the
// previous one. Threads spin while they wait, because waking a thread takes as long as a piece of
// work.
//
// Leader: the thread that calls Run and Finish.
// Helpers: any number of other threads, each in Help. They may come at any time. The leader waits
// only for pieces that a helper has taken, never for a helper to come.
class StepTeam {
 public:
  using Work = absl::FunctionRef<void(int64_t begin, int64_t end)>;

  StepTeam() = default;
  StepTeam(const StepTeam&) = delete;
  StepTeam& operator=(const StepTeam&) = delete;

  // Divides 0 .. count - 1 into ranges of up to `grain`, calls work(begin, end) once for each, and
  // returns when all calls have returned.
  void Run(int64_t count, int64_t grain, Work work);

  // Takes part in all runs until Finish().
  void Help();

  // Ends the team: helpers return, and later calls of Help() return at once.
  void Finish();

 private:
  // One word holds the present run's number of pieces and how many of them are taken, so that a
  // thread can only take a piece of the run that it has seen.
  static constexpr int kTakenBits = 32;
  static constexpr uint64_t kTakenMask = (uint64_t{1} << kTakenBits) - 1;
  static constexpr uint64_t kFinished = ~uint64_t{0};

  // Takes and does pieces of the present run until none is left.
  void TakePieces();

  std::atomic<uint64_t> run_{0};
  std::atomic<int64_t> done_{0};
  // The work of the present run. It stays until all its pieces are done.
  const Work* work_ = nullptr;
  int64_t count_ = 0;
  int64_t grain_ = 1;
};

}  // namespace frazo::lstm

#endif  // FRAZO_CORE_KERNELS_LSTM_STEP_TEAM_H_
