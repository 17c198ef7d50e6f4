#include "core/records/record_format.h"

#include <string_view>

#include "gtest/gtest.h"

namespace frazo::records {
namespace {

TEST(RecordFormatTest, LittleEndianHasTheLowestByteFirst) {
  EXPECT_EQ(LoadLittleEndian<uint32_t>("\x04\x03\x02\xf1"), 0xf1020304u);
  EXPECT_EQ(LoadLittleEndian<uint64_t>("\xff\x00\x00\x00\x00\x00\x00\x80"), 0x80000000000000ffu);
  char bytes[8];
  StoreLittleEndian<uint64_t>(0x80000000000000ffu, bytes);
  EXPECT_EQ(std::string_view(bytes, 8), std::string_view("\xff\x00\x00\x00\x00\x00\x00\x80", 8));
}

}  // namespace
}  // namespace frazo::records
