#include "core/text/sentencepiece/charsmap.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace frazo::text {
namespace {

uint32_t LoadLittleEndian(const char* bytes) {
  uint32_t number = 0;
  for (int i = 3; i >= 0; --i) number = number << 8 | static_cast<unsigned char>(bytes[i]);
  return number;
}

// A unit is a node or a value. A node has the byte that leads to it in its lowest bits; a value has
// the highest bit set.
constexpr uint32_t kLabelMask = 1u << 31 | 0xff;
constexpr uint32_t kHasValue = 1u << 8;
constexpr uint32_t kValueMask = ~(1u << 31);

}  // namespace

absl::StatusOr<Charsmap> Charsmap::Parse(std::string_view precompiled) {
  constexpr size_t kLengthBytes = sizeof(uint32_t);
  if (precompiled.size() < kLengthBytes) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the normalization rules have ", precompiled.size(), " bytes, less than their header"));
  }
  const size_t trie_bytes = LoadLittleEndian(precompiled.data());
  precompiled.remove_prefix(kLengthBytes);
  if (trie_bytes >= precompiled.size() || trie_bytes % sizeof(uint32_t) != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("the normalization rules have ", precompiled.size(),
                     " bytes, which does not fit their trie's length, ", trie_bytes));
  }
  Charsmap map;
  map.units_.reserve(trie_bytes / sizeof(uint32_t));
  for (size_t at = 0; at < trie_bytes; at += sizeof(uint32_t)) {
    map.units_.push_back(LoadLittleEndian(precompiled.data() + at));
  }
  map.replacements_ = precompiled.substr(trie_bytes);
  return map;
}

bool Charsmap::Step(Cursor* cursor, unsigned char byte, uint32_t* unit) const {
  const size_t at = cursor->at ^ byte;
  if (at >= units_.size() || (units_[at] & kLabelMask) != byte) return false;
  *unit = units_[at];
  cursor->at = at ^ Offset(*unit);
  return true;
}

bool Charsmap::Replacement(Cursor cursor, uint32_t unit, std::string_view* replacement) const {
  if ((unit & kHasValue) == 0 || cursor.at >= units_.size()) return false;
  const size_t begin = units_[cursor.at] & kValueMask;
  if (begin >= replacements_.size()) return false;
  *replacement = std::string_view(replacements_).substr(begin);
  *replacement = replacement->substr(0, replacement->find('\0'));
  return true;
}

Charsmap::Match Charsmap::LongestMatch(std::string_view text) const {
  Match longest;
  Cursor cursor = Root();
  uint32_t unit;
  for (size_t i = 0; i < text.size(); ++i) {
    if (!Step(&cursor, static_cast<unsigned char>(text[i]), &unit)) break;
    std::string_view replacement;
    if (Replacement(cursor, unit, &replacement)) longest = {i + 1, replacement};
  }
  return longest;
}

bool Charsmap::HasAsciiRule(unsigned char first) const {
  Cursor cursor = Root();
  uint32_t unit;
  std::string_view replacement;
  if (!Step(&cursor, first, &unit)) return false;
  if (Replacement(cursor, unit, &replacement)) return true;
  for (unsigned char second = 0; second < 0x80; ++second) {
    Cursor next = cursor;
    if (Step(&next, second, &unit)) return true;
  }
  return false;
}

}  // namespace frazo::text
