#include "core/batch/tensor_memory.h"

#include <cstdint>

#include "core/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::batch {
namespace {

constexpr absl::StatusCode kExhausted = absl::StatusCode::kResourceExhausted;

TEST(TensorMemoryTest, TensorsOfAnySizeAreAligned) {
  for (int64_t rows = 0; rows < 40; ++rows) {
    const auto tensor = AllocateNumbers("x", process::ValueType::kUint8, {rows, 7});
    ASSERT_THAT(tensor, IsOk());
    EXPECT_EQ(reinterpret_cast<uintptr_t>(tensor->memory.get()) % kBatchAlignment, 0);
    EXPECT_EQ(tensor->byte_size, 7 * rows);
    EXPECT_EQ(tensor->element_count(), 7 * rows);
  }
}

TEST(TensorMemoryTest, StringsHaveRoomForTheirOffsets) {
  const auto tensor = AllocateStrings("x", {2, 2}, 10);
  ASSERT_THAT(tensor, IsOk());
  EXPECT_EQ(tensor->byte_size, 5 * 8 + 10);
}

TEST(TensorMemoryTest, MoreThanThereIsNamesTheTensorAndItsShape) {
  EXPECT_THAT(
      AllocateNumbers("ids", process::ValueType::kInt64, {int64_t{1} << 40, int64_t{1} << 20}),
      StatusIs(kExhausted,
               "no memory for a batch: 'ids' would be [1099511627776, 1048576]; make "
               "batches smaller, or leave out long examples"));
  // 2^64 bytes and 2^63 - 1 bytes.
  EXPECT_THAT(AllocateNumbers("ids", process::ValueType::kInt64, {int64_t{1} << 61}),
              StatusIs(kExhausted, ::testing::_));
  EXPECT_THAT(AllocateStrings("ids", {1}, INT64_MAX), StatusIs(kExhausted, ::testing::_));
}

}  // namespace
}  // namespace frazo::batch
