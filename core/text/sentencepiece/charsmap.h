#ifndef FRAZO_CORE_TEXT_SENTENCEPIECE_CHARSMAP_H_
#define FRAZO_CORE_TEXT_SENTENCEPIECE_CHARSMAP_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace frazo::text {

// The normalisation rules of a SentencePiece model: texts and what replaces them, in the form of
// NormalizerSpec.precompiled_charsmap. The trie is a double array in the layout of the darts-clone
// library. Thread-safe.
class Charsmap {
 public:
  // No rules.
  Charsmap() = default;

  // Error: kInvalidArgument, if the lengths do not fit together. Beyond that any bytes will do:
  // what points outside is no rule.
  static absl::StatusOr<Charsmap> Parse(std::string_view precompiled);

  struct Match {
    size_t length = 0;  // 0: no rule.
    std::string_view replacement;
  };

  // The rule for the longest text that `text` starts with.
  Match LongestMatch(std::string_view text) const;

  // Whether a rule is for a text that starts with this ASCII character and then ends or goes on
  // with another ASCII character.
  bool HasAsciiRule(unsigned char first) const;

 private:
  // Children of the root are found by this; see Step().
  struct Cursor {
    size_t at;
  };
  Cursor Root() const { return {units_.empty() ? 0 : Offset(units_[0])}; }
  // False if no rule goes on with `byte`.
  bool Step(Cursor* cursor, unsigned char byte, uint32_t* unit) const;
  // The replacement at a unit that Step() gave; false if it is no rule's end.
  bool Replacement(Cursor cursor, uint32_t unit, std::string_view* replacement) const;
  static size_t Offset(uint32_t unit) { return (unit >> 10) << ((unit & (1u << 9)) >> 6); }

  std::vector<uint32_t> units_;
  std::string replacements_;
};

}  // namespace frazo::text

#endif  // FRAZO_CORE_TEXT_SENTENCEPIECE_CHARSMAP_H_
