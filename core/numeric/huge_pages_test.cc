#include "core/numeric/huge_pages.h"

#include <cstdint>
#include <vector>

#include "gtest/gtest.h"

namespace frazo::numeric {
namespace {

TEST(AdviseHugePagesTest, ChangesNoValue) {
  // Sizes and starts that are no multiples of a page.
  for (const int64_t bytes : {int64_t{0}, int64_t{1000}, (int64_t{1} << 24) + 12345}) {
    std::vector<char> memory(bytes + 7);
    for (int64_t i = 0; i < memory.size(); ++i) memory[i] = i % 251;
    AdviseHugePages(memory.data() + 7, bytes);
    for (int64_t i = 0; i < memory.size(); ++i) {
      ASSERT_EQ(memory[i], static_cast<char>(i % 251)) << i;
    }
  }
}

}  // namespace
}  // namespace frazo::numeric
