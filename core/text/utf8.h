#ifndef FRAZO_CORE_TEXT_UTF8_H_
#define FRAZO_CORE_TEXT_UTF8_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace frazo::text {

// U+FFFD, which stands for bytes that are not UTF-8.
constexpr char32_t kReplacementCharacter = 0xfffd;
constexpr std::string_view kReplacementCharacterUtf8 = "\xef\xbf\xbd";

// What a text starts with.
struct Utf8Prefix {
  // kReplacementCharacter where the bytes are not UTF-8.
  char32_t code_point;
  // 1 to 4 bytes. Of bytes that are not UTF-8 it covers the maximal subpart of an ill-formed
  // sequence (Unicode 3.9, table 3-7, and what the WHATWG's decoder replaces by one U+FFFD).
  int8_t length;
  bool valid;
};

// Reads the start of `text`, which is not empty.
Utf8Prefix DecodeUtf8(std::string_view text);

// How many bytes of `text` are UTF-8 before the first sequence that is not.
size_t ValidUtf8Length(std::string_view text);

// Appends `text` with each sequence that is not UTF-8 replaced by U+FFFD. Returns how many were.
int64_t AppendValidUtf8(std::string_view text, std::string* valid);

// Appends `code_point`, which is at most U+10FFFF and no surrogate.
void AppendUtf8(char32_t code_point, std::string* text);

}  // namespace frazo::text

#endif  // FRAZO_CORE_TEXT_UTF8_H_
