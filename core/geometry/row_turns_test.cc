#include "core/geometry/row_turns.h"

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "core/status/status_matchers.h"
#include "gtest/gtest.h"

namespace frazo::geometry {
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

}  // namespace
}  // namespace frazo::geometry
