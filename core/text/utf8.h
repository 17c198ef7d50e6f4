#ifndef FRAZO_CORE_TEXT_UTF8_H_
#define FRAZO_CORE_TEXT_UTF8_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace frazo::text {

// U+FFFD, which replaces bytes that are not UTF-8.
constexpr char32_t kReplacementCharacter = 0xfffd;
constexpr std::string_view kReplacementCharacterUtf8 = "\xef\xbf\xbd";

// The first character of a text.
struct Utf8Prefix {
  // kReplacementCharacter if the bytes are not UTF-8.
  char32_t code_point;
  // 1 to 4 bytes. If they are not UTF-8, they are the maximal subpart of an ill-formed sequence
  // (Unicode 3.9, table 3-7), which the WHATWG's decoder replaces by one U+FFFD.
  int8_t length;
  bool valid;
};

// Decodes the first character of `text`, which must not be empty.
Utf8Prefix DecodeUtf8(std::string_view text);

// Returns the number of bytes of `text` before the first sequence that is not UTF-8.
size_t ValidUtf8Length(std::string_view text);

// Appends `text`, with each sequence that is not UTF-8 replaced by U+FFFD. Returns the number of
// such sequences.
int64_t AppendValidUtf8(std::string_view text, std::string* valid);

// Appends `code_point`, which is at most U+10FFFF and not a surrogate.
void AppendUtf8(char32_t code_point, std::string* text);

}  // namespace frazo::text

#endif  // FRAZO_CORE_TEXT_UTF8_H_
