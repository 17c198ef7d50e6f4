#ifndef FRAZO_CORE_TEXT_TESTING_RANDOM_TEXT_H_
#define FRAZO_CORE_TEXT_TESTING_RANDOM_TEXT_H_

#include <cstddef>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "core/text/utf8.h"

namespace frazo::text {

// For tests: up to `most` of `parts`, concatenated.
inline std::string RandomText(const std::vector<std::string>& parts, size_t most,
                              std::mt19937* random) {
  std::string text;
  for (size_t count = (*random)() % (most + 1); count > 0; --count) {
    text += parts[(*random)() % parts.size()];
  }
  return text;
}

// Up to `most` code points from all of Unicode's planes, many of them ASCII.
inline std::string RandomUnicode(size_t most, std::mt19937* random) {
  constexpr char32_t kLimits[] = {0x80, 0x80, 0x250, 0x3000, 0xd800, 0x110000};
  std::string text;
  for (size_t count = (*random)() % (most + 1); count > 0; --count) {
    const char32_t code_point = (*random)() % kLimits[(*random)() % 6];
    AppendUtf8(code_point >= 0xd800 && code_point < 0xe000 ? U'a' : code_point, &text);
  }
  return text;
}

// The same with a few bytes changed, inserted or removed anywhere.
inline std::string RandomBytes(size_t most, std::mt19937* random) {
  std::string text = RandomUnicode(most, random);
  for (size_t count = (*random)() % 4; count > 0 && !text.empty(); --count) {
    const size_t index = (*random)() % text.size();
    const char byte = static_cast<char>((*random)());
    switch ((*random)() % 3) {
      case 0:
        text[index] = byte;
        break;
      case 1:
        text.insert(index, 1, byte);
        break;
      default:
        text.erase(index, 1);
    }
  }
  return text;
}

}  // namespace frazo::text

#endif  // FRAZO_CORE_TEXT_TESTING_RANDOM_TEXT_H_
