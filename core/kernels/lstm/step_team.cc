#include "core/kernels/lstm/step_team.h"

#include <algorithm>
#include <cstdint>
#include <thread>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace frazo::lstm {
namespace {

// A waiting thread looks this often before it offers its core to others. That takes some tens of
// microseconds: more than a piece of work, and little beside the time slice of a thread that needs
// the core.
constexpr int kLooks = 1000;

class Waiting {
 public:
  void Look() {
    if (++looks_ > kLooks) return std::this_thread::yield();
#if defined(__x86_64__)
    _mm_pause();
#endif
  }

 private:
  int looks_ = 0;
};

}  // namespace

void StepTeam::Run(int64_t count, int64_t grain, Work work) {
  const int64_t pieces = (count + grain - 1) / grain;
  if (pieces == 0) return;
  work_ = &work;
  count_ = count;
  grain_ = grain;
  done_.store(0, std::memory_order_relaxed);
  run_.store(static_cast<uint64_t>(pieces) << kTakenBits, std::memory_order_release);
  TakePieces();
  Waiting waiting;
  while (done_.load(std::memory_order_acquire) < pieces) waiting.Look();
}

void StepTeam::Help() {
  Waiting waiting;
  while (true) {
    const uint64_t run = run_.load(std::memory_order_acquire);
    if (run == kFinished) return;
    if ((run & kTakenMask) < run >> kTakenBits) {
      TakePieces();
      waiting = Waiting();
    } else {
      waiting.Look();
    }
  }
}

void StepTeam::Finish() { run_.store(kFinished, std::memory_order_release); }

void StepTeam::TakePieces() {
  uint64_t run = run_.load(std::memory_order_acquire);
  while (run != kFinished && (run & kTakenMask) < run >> kTakenBits) {
    if (!run_.compare_exchange_weak(run, run + 1, std::memory_order_acq_rel)) continue;
    const int64_t begin = (run & kTakenMask) * grain_;
    (*work_)(begin, std::min(begin + grain_, count_));
    done_.fetch_add(1, std::memory_order_acq_rel);
    run = run_.load(std::memory_order_acquire);
  }
}

}  // namespace frazo::lstm
