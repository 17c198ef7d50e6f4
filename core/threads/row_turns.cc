#include "core/threads/row_turns.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"

namespace frazo::threads {

absl::Status CheckThreads(int threads) {
  if (threads >= 1) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("threads is ", threads, " but must be at least 1"));
}

int64_t RowTurns::used_threads() const {
  return std::max<int64_t>(1, std::min<int64_t>(threads, count()));
}

void TakeRowTurns(const RowTurns& turns,
                  absl::FunctionRef<void(int64_t begin, int64_t end, int64_t thread)> work) {
  const int64_t count = turns.count();
  std::atomic<int64_t> taken{0};
  const auto take = [&](int64_t thread) {
    for (int64_t turn = taken++; turn < count; turn = taken++) {
      work(turn * turns.rows_per_turn, std::min(turns.rows, (turn + 1) * turns.rows_per_turn),
           thread);
    }
  };
  std::vector<std::thread> others;
  for (int64_t i = 1; i < turns.used_threads(); ++i) others.emplace_back(take, i);
  take(0);
  for (std::thread& other : others) other.join();
}

void TakeRowTurns(int64_t rows, int64_t rows_per_turn, int threads,
                  absl::FunctionRef<void(int64_t begin, int64_t end)> work) {
  TakeRowTurns({rows, rows_per_turn, threads},
               [&](int64_t begin, int64_t end, int64_t) { work(begin, end); });
}

}  // namespace frazo::threads
