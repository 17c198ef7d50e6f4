#include "core/geometry/row_turns.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"

namespace frazo::geometry {

absl::Status CheckThreads(int threads) {
  if (threads >= 1) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("threads is ", threads, " but must be at least 1"));
}

void TakeRowTurns(int64_t rows, int64_t rows_per_turn, int threads,
                  absl::FunctionRef<void(int64_t begin, int64_t end)> work) {
  const int64_t turns = (rows + rows_per_turn - 1) / rows_per_turn;
  std::atomic<int64_t> taken{0};
  const auto take = [&] {
    for (int64_t turn = taken++; turn < turns; turn = taken++) {
      work(turn * rows_per_turn, std::min(rows, (turn + 1) * rows_per_turn));
    }
  };
  std::vector<std::thread> others;
  for (int64_t i = 1; i < std::min<int64_t>(threads, turns); ++i) others.emplace_back(take);
  take();
  for (std::thread& other : others) other.join();
}

}  // namespace frazo::geometry
