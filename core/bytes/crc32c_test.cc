#include "core/bytes/crc32c.h"

#include <string>

#include "gtest/gtest.h"

namespace frazo::bytes {
namespace {

std::string Counting(int first, int step) {
  std::string bytes(32, '\0');
  for (int i = 0; i < 32; ++i) bytes[i] = static_cast<char>(first + step * i);
  return bytes;
}

// The polynomial division itself, bit by bit (RFC 3720: reflected, 0x1edc6f41 reads 0x82f63b78).
uint32_t BitwiseCrc32c(std::string_view bytes) {
  uint32_t remainder = 0xffffffffu;
  for (const unsigned char byte : bytes) {
    remainder ^= byte;
    for (int bit = 0; bit < 8; ++bit) {
      remainder = (remainder >> 1) ^ ((remainder & 1) != 0 ? 0x82f63b78u : 0);
    }
  }
  return ~remainder;
}

std::string Noise(size_t size) {
  std::string bytes(size, '\0');
  uint32_t state = 1;
  for (char& byte : bytes) {
    state = state * 1664525u + 1013904223u;
    byte = static_cast<char>(state >> 24);
  }
  return bytes;
}

// The examples of RFC 3720, appendix B.4; it prints the four bytes in the order of transmission.
TEST(Crc32cTest, AgreesWithTheExamplesOfRfc3720) {
  EXPECT_EQ(Crc32c(std::string(32, '\0')), 0x8a9136aau);
  EXPECT_EQ(Crc32c(std::string(32, '\xff')), 0x62a8ab43u);
  EXPECT_EQ(Crc32c(Counting(0, 1)), 0x46dd794eu);
  EXPECT_EQ(Crc32c(Counting(31, -1)), 0x113fdb5cu);
}

TEST(Crc32cTest, AgreesWithTheCheckValueOfTheNineDigits) {
  EXPECT_EQ(Crc32c("123456789"), 0xe3069283u);
  EXPECT_EQ(Crc32c(""), 0u);
}

TEST(Crc32cTest, AgreesWithTheDefinitionAtEveryLengthAndAlignment) {
  const std::string noise = Noise(2200);
  for (size_t offset = 0; offset < 9; ++offset) {
    for (size_t length = 0; length <= 2100; length += length < 300 ? 1 : 97) {
      const std::string_view bytes = std::string_view(noise).substr(offset, length);
      ASSERT_EQ(Crc32c(bytes), BitwiseCrc32c(bytes)) << "offset " << offset << " length " << length;
    }
  }
}

TEST(Crc32cTest, AgreesWithTheDefinitionOnLongText) {
  const std::string noise = Noise(300001);
  EXPECT_EQ(Crc32c(noise), BitwiseCrc32c(noise));
}

TEST(Crc32cTest, ExtendingAPrefixGivesTheWhole) {
  const std::string noise = Noise(5000);
  const std::string_view view(noise);
  for (const size_t split : {0, 1, 7, 8, 1000, 4999, 5000}) {
    EXPECT_EQ(ExtendCrc32c(Crc32c(view.substr(0, split)), view.substr(split)), Crc32c(view));
  }
}

// For crc = 0x46dd794e: its high 17 bits are 0x46dd794e >> 15 = 0x8dba, its low 15 bits 0x794e move
// up to 0xf29c0000, together 0xf29c8dba; + 0xa282ead8 = 0x951f7892 modulo 2^32.
TEST(Crc32cTest, MaskRotatesAndAdds) {
  EXPECT_EQ(MaskCrc32c(0x46dd794eu), 0x951f7892u);
  EXPECT_EQ(MaskCrc32c(0), 0xa282ead8u);
}

}  // namespace
}  // namespace frazo::bytes
