#include "core/ops/row_entries.h"

#include <cstdint>
#include <vector>

#include "core/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::ops {
namespace {

absl::Status Check(const std::vector<int32_t>& entries_of_rows, int64_t entries) {
  tensorflow::Tensor tensor(
      tensorflow::DT_INT32,
      tensorflow::TensorShape({static_cast<int64_t>(entries_of_rows.size())}));
  for (size_t row = 0; row < entries_of_rows.size(); ++row) {
    tensor.vec<int32_t>()(row) = entries_of_rows[row];
  }
  return CheckRowEntries("CachedAttention", tensor, "the cache has", entries);
}

TEST(RowEntriesTest, EachRowHasAnEntry) {
  EXPECT_THAT(Check({}, 0), IsOk());
  EXPECT_THAT(Check({0, 2, 0}, 3), IsOk());
}

TEST(RowEntriesTest, ARowWithoutAnEntryIsNamed) {
  constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;
  EXPECT_THAT(Check({0, 3, -1}, 3),
              StatusIs(kInvalid, "CachedAttention: row 1 attends to entry 3, but the cache has 3"));
  EXPECT_THAT(
      Check({0, 1, -1}, 3),
      StatusIs(kInvalid, "CachedAttention: row 2 attends to entry -1, but the cache has 3"));
}

}  // namespace
}  // namespace frazo::ops
