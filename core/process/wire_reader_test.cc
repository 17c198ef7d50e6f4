#include "core/process/wire_reader.h"

#include <string>

#include "core/process/testing/wire_writer.h"
#include "gtest/gtest.h"

namespace frazo::process {
namespace {

bool ReadsVarint(const std::string& bytes, uint64_t* value) {
  WireReader reader(bytes);
  return reader.ReadVarint(value) && reader.at_end();
}

TEST(WireReaderTest, ReadsVarintsOfEveryLength) {
  uint64_t value;
  EXPECT_TRUE(ReadsVarint(std::string("\x00", 1), &value));
  EXPECT_EQ(value, 0u);
  EXPECT_TRUE(ReadsVarint("\xac\x02", &value));  // 0x2c + 2 * 128
  EXPECT_EQ(value, 300u);
  EXPECT_TRUE(ReadsVarint(std::string(9, '\xff') + "\x01", &value));
  EXPECT_EQ(value, ~uint64_t{0});
}

TEST(WireReaderTest, RefusesVarintsThatAreCutShortOrTooLong) {
  uint64_t value;
  EXPECT_FALSE(ReadsVarint("", &value));
  EXPECT_FALSE(ReadsVarint("\x80", &value));
  EXPECT_FALSE(ReadsVarint(std::string(10, '\x80') + std::string(1, '\0'), &value));
}

TEST(WireReaderTest, RefusesTagsThatNoMessageHas) {
  uint32_t field;
  WireReader::Type type;
  EXPECT_FALSE(WireReader(Varint(0 << 3 | 2)).ReadTag(&field, &type));  // field 0
  EXPECT_FALSE(WireReader(Varint(1 << 3 | 3)).ReadTag(&field, &type));  // a group
  EXPECT_FALSE(WireReader(Varint(1 << 3 | 7)).ReadTag(&field, &type));  // no type
  EXPECT_FALSE(WireReader(Varint(uint64_t{1} << 32 | 2)).ReadTag(&field, &type));
  const std::string largest = Varint(0x1fffffffull << 3 | 5);
  WireReader last(largest);
  ASSERT_TRUE(last.ReadTag(&field, &type));
  EXPECT_EQ(field, 0x1fffffffu);
  EXPECT_EQ(type, WireReader::Type::kFixed32);
}

TEST(WireReaderTest, RefusesBytesThatReachBeyondTheEnd) {
  std::string_view bytes;
  EXPECT_FALSE(WireReader(Varint(3) + "ab").ReadBytes(&bytes));
  EXPECT_FALSE(WireReader(Varint(~uint64_t{0}) + "ab").ReadBytes(&bytes));
  WireReader exact(
      std::string_view("\x02"
                       "ab"));
  ASSERT_TRUE(exact.ReadBytes(&bytes));
  EXPECT_EQ(bytes, "ab");
  EXPECT_TRUE(exact.at_end());
}

TEST(WireReaderTest, SkipsEveryTypeAndRefusesWhatIsCutShort) {
  for (const auto& [type, size] :
       {std::pair{WireReader::Type::kFixed32, 4}, std::pair{WireReader::Type::kFixed64, 8}}) {
    const std::string bytes(size, 'x');
    WireReader whole(bytes);
    EXPECT_TRUE(whole.Skip(type));
    EXPECT_TRUE(whole.at_end());
    WireReader cut(std::string_view(bytes).substr(1));
    EXPECT_FALSE(cut.Skip(type));
  }
}

}  // namespace
}  // namespace frazo::process
