#include "core/process/record_key.h"

#include <cstdint>
#include <set>

#include "gtest/gtest.h"

namespace frazo::process {
namespace {

sources::RecordId Id(int32_t source, int32_t file, int64_t record, int64_t epoch) {
  sources::RecordId id = {source, file, {record, /*byte=*/100 * record}};
  id.epoch = epoch;
  return id;
}

// They decide the examples of a run that goes on from a checkpoint of an earlier release. They come
// from a second implementation, in Python.
TEST(RecordKeyTest, KeysAreFixedForEver) {
  EXPECT_EQ(RecordKey(301, Id(0, 0, 0, 0)), 0x95642066443f9124u);
  EXPECT_EQ(RecordKey(301, Id(1, 2, 3, 4)), 0xca4f8126b854cee1u);
}

TEST(RecordKeyTest, EveryPartCounts) {
  std::set<uint64_t> keys;
  for (int bits = 0; bits < 32; ++bits) {
    const auto bit = [bits](int number) { return bits >> number & 1; };
    keys.insert(RecordKey(bit(0), Id(bit(1), bit(2), bit(3), bit(4))));
  }
  EXPECT_EQ(keys.size(), 32);
}

TEST(RecordKeyTest, WhenARecordIsReadDoesNotCount) {
  sources::RecordId later = Id(0, 1, 2, 3);
  later.number = 1000;
  EXPECT_EQ(RecordKey(7, later), RecordKey(7, Id(0, 1, 2, 3)));
}

}  // namespace
}  // namespace frazo::process
