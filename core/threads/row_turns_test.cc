#include "core/threads/row_turns.h"

#include <cstdint>
#include <numeric>
#include <vector>

#include "absl/status/status.h"
#include "core/status/status_matchers.h"
#include "gtest/gtest.h"

namespace frazo::threads {
namespace {

TEST(CheckThreadsTest, TheCallingThreadIsThere) {
  EXPECT_TRUE(CheckThreads(1).ok());
  EXPECT_THAT(CheckThreads(0),
              StatusIs(absl::StatusCode::kInvalidArgument, "threads is 0 but must be at least 1"));
}

TEST(RowTurnsTest, EachRowIsVisitedOnce) {
  for (const int64_t rows : {0, 1, 6, 7, 8, 1000}) {
    for (const int threads : {1, 4}) {
      std::vector<int> visits(rows);
      TakeRowTurns(rows, 7, threads, [&](int64_t begin, int64_t end) {
        EXPECT_LE(end - begin, 7);
        for (int64_t row = begin; row < end; ++row) ++visits[row];
      });
      EXPECT_EQ(visits, std::vector<int>(rows, 1));
    }
  }
}

TEST(RowTurnsTest, AThreadIsAloneWithItsNumber) {
  const RowTurns turns = {1000, 7, 4};
  EXPECT_EQ(turns.used_threads(), 4);
  std::vector<int64_t> seen(turns.used_threads());
  // No lock: a race would be seen by the sanitizer.
  TakeRowTurns(turns, [&](int64_t begin, int64_t end, int64_t thread) {
    EXPECT_EQ(begin % 7, 0);
    seen[thread] += end - begin;
  });
  EXPECT_EQ(std::accumulate(seen.begin(), seen.end(), int64_t{0}), 1000);
}

TEST(RowTurnsTest, ThereAreNoMoreThreadsThanTurns) {
  EXPECT_EQ((RowTurns{8, 7, 1000}).used_threads(), 2);
  EXPECT_EQ((RowTurns{0, 7, 1000}).used_threads(), 1);
}

}  // namespace
}  // namespace frazo::threads
