#include "core/numeric/huge_pages.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "gtest/gtest.h"

namespace frazo::numeric {
namespace {

TEST(HugePagesTest, MemoryKeepsItsValues) {
  // The array begins and ends within a huge page.
  for (const int64_t bytes : {int64_t{0}, int64_t{1000}, int64_t{9} << 20}) {
    std::vector<char> memory(bytes);
    for (int64_t i = 0; i < bytes; ++i) memory[i] = static_cast<char>(i % 101);
    PreferHugePages(memory.data(), bytes);
    for (int64_t i = 0; i < bytes; ++i) ASSERT_EQ(memory[i], static_cast<char>(i % 101));
    std::fill(memory.begin(), memory.end(), 1);
  }
}

}  // namespace
}  // namespace frazo::numeric
