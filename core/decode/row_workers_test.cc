#include "core/decode/row_workers.h"

#include <atomic>
#include <cstdint>
#include <vector>

#include "gtest/gtest.h"

namespace frazo::decode {
namespace {

TEST(RowWorkersTest, TakesEachRowOnce) {
  for (const int threads : {1, 2, 5}) {
    RowWorkers workers(threads);
    for (const int64_t count : {0, 1, 3, 64}) {
      // Too little work to wake a thread, and enough.
      for (const int64_t cycles : {1, 1'000'000}) {
        for (int call = 0; call < 200; ++call) {
          std::vector<std::atomic<int>> taken(count);
          workers.Run(count, cycles, [&](int64_t begin, int64_t end) {
            for (int64_t row = begin; row < end; ++row) ++taken[row];
          });
          for (const auto& times : taken) ASSERT_EQ(times, 1);
        }
      }
    }
  }
}

TEST(RowWorkersTest, EndsWithoutHavingWorked) { RowWorkers workers(3); }

}  // namespace
}  // namespace frazo::decode
