#include "core/text/utf8.h"

#include <cstring>

namespace frazo::text {
namespace {

bool IsContinuation(unsigned char byte) { return (byte & 0xc0) == 0x80; }

// Whether `second` may follow `lead` in a well-formed sequence. This excludes overlong forms,
// surrogates and numbers above U+10FFFF.
bool MayFollow(unsigned char lead, unsigned char second) {
  switch (lead) {
    case 0xe0:
      return second >= 0xa0 && second <= 0xbf;
    case 0xed:
      return second >= 0x80 && second <= 0x9f;
    case 0xf0:
      return second >= 0x90 && second <= 0xbf;
    case 0xf4:
      return second >= 0x80 && second <= 0x8f;
    default:
      return IsContinuation(second);
  }
}

Utf8Prefix Invalid(int8_t length) { return {kReplacementCharacter, length, false}; }

}  // namespace

Utf8Prefix DecodeUtf8(std::string_view text) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  const unsigned char lead = bytes[0];
  if (lead < 0x80) return {lead, 1, true};
  if (lead < 0xc2 || lead > 0xf4) return Invalid(1);
  const int8_t length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (text.size() < 2 || !MayFollow(lead, bytes[1])) return Invalid(1);
  char32_t code_point = lead & (0x7f >> length);
  code_point = code_point << 6 | (bytes[1] & 0x3f);
  for (int8_t i = 2; i < length; ++i) {
    if (text.size() <= i || !IsContinuation(bytes[i])) return Invalid(i);
    code_point = code_point << 6 | (bytes[i] & 0x3f);
  }
  return {code_point, length, true};
}

size_t ValidUtf8Length(std::string_view text) {
  size_t position = 0;
  while (position < text.size()) {
    // Checks eight bytes of ASCII at once, because most text is ASCII.
    uint64_t word;
    while (text.size() - position >= sizeof(word)) {
      std::memcpy(&word, text.data() + position, sizeof(word));
      if ((word & 0x8080808080808080u) != 0) break;
      position += sizeof(word);
    }
    if (position == text.size()) break;
    const Utf8Prefix prefix = DecodeUtf8(text.substr(position));
    if (!prefix.valid) return position;
    position += prefix.length;
  }
  return position;
}

int64_t AppendValidUtf8(std::string_view text, std::string* valid) {
  int64_t replaced = 0;
  while (true) {
    const size_t length = ValidUtf8Length(text);
    valid->append(text.substr(0, length));
    text.remove_prefix(length);
    if (text.empty()) return replaced;
    valid->append(kReplacementCharacterUtf8);
    text.remove_prefix(DecodeUtf8(text).length);
    ++replaced;
  }
}

void AppendUtf8(char32_t code_point, std::string* text) {
  const auto continuation = [&](int shift) {
    text->push_back(static_cast<char>(0x80 | ((code_point >> shift) & 0x3f)));
  };
  if (code_point < 0x80) {
    text->push_back(static_cast<char>(code_point));
  } else if (code_point < 0x800) {
    text->push_back(static_cast<char>(0xc0 | code_point >> 6));
    continuation(0);
  } else if (code_point < 0x10000) {
    text->push_back(static_cast<char>(0xe0 | code_point >> 12));
    continuation(6);
    continuation(0);
  } else {
    text->push_back(static_cast<char>(0xf0 | code_point >> 18));
    continuation(12);
    continuation(6);
    continuation(0);
  }
}

}  // namespace frazo::text
