#ifndef FRAZO_CORE_KERNELS_LSTM_STEP_TEAM_H_
#define FRAZO_CORE_KERNELS_LSTM_STEP_TEAM_H_

#include <atomic>
#include <cstdint>

#include "absl/functional/function_ref.h"

namespace frazo::lstm {

// Threads that do thousands of short pieces of work one after the other, each of which needs the
// one before: they wait for the next by looking, because waking a thread takes as long as a piece.
//
// Leader: the thread that calls Run and Finish. Helpers: any number of threads, from anywhere and
// at any time, each in Help. The leader never waits for a helper to come, only for what one has
// taken.
class StepTeam {
 public:
  using Work = absl::FunctionRef<void(int64_t begin, int64_t end)>;

  StepTeam() = default;
  StepTeam(const StepTeam&) = delete;
  StepTeam& operator=(const StepTeam&) = delete;

  // Calls work(begin, end) for ranges of up to `grain` that together are 0 .. count - 1, each once,
  // and returns when all are done.
  void Run(int64_t count, int64_t grain, Work work);

  // Takes part in all runs until the end.
  void Help();

  // No more runs: helpers return, those that come later at once.
  void Finish();

 private:
  // The number of pieces of the present run, and how many have been taken, in one word: a piece is
  // then taken from the run that it belongs to.
  static constexpr int kTakenBits = 32;
  static constexpr uint64_t kTakenMask = (uint64_t{1} << kTakenBits) - 1;
  static constexpr uint64_t kFinished = ~uint64_t{0};

  // Does pieces of the present run until none is left.
  void TakePieces();

  std::atomic<uint64_t> run_{0};
  std::atomic<int64_t> done_{0};
  // What the present run does; stays until all its pieces are done.
  const Work* work_ = nullptr;
  int64_t count_ = 0;
  int64_t grain_ = 1;
};

}  // namespace frazo::lstm

#endif  // FRAZO_CORE_KERNELS_LSTM_STEP_TEAM_H_
