#ifndef FRAZO_CORE_TEXT_SENTENCEPIECE_CHARSMAP_H_
#define FRAZO_CORE_TEXT_SENTENCEPIECE_CHARSMAP_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace frazo::text {

// The normalisation rules of a SentencePiece model: texts and their replacements, in the form of
// NormalizerSpec.precompiled_charsmap. The trie is a double array in the layout of the darts-clone
// library. Thread-safe.
class Charsmap {
 public:
  // Has no rules.
  Charsmap() = default;

  // Error: kInvalidArgument if the lengths do not fit together. All other bytes are accepted: a
  // reference to the outside is not a rule.
  static absl::StatusOr<Charsmap> Parse(std::string_view precompiled);

  struct Match {
    size_t length = 0;  // 0 if there is no rule.
    std::string_view replacement;
  };

  // Returns the rule for the longest text that `text` starts with.
  Match LongestMatch(std::string_view text) const;

  // Whether there is a rule for a text that starts with this ASCII character and then ends or
  // continues with another ASCII character.
  bool HasAsciiRule(unsigned char first) const;

 private:
  // Finds the children of a node; see Step().
  struct Cursor {
    size_t at;
  };
  Cursor Root() const { return {units_.empty() ? 0 : Offset(units_[0])}; }
  // Returns false if no rule continues with `byte`.
  bool Step(Cursor* cursor, unsigned char byte, uint32_t* unit) const;
  // Returns the replacement at a unit that Step() set; false if no rule ends there.
  bool Replacement(Cursor cursor, uint32_t unit, std::string_view* replacement) const;
  static size_t Offset(uint32_t unit) { return (unit >> 10) << ((unit & (1u << 9)) >> 6); }

  std::vector<uint32_t> units_;
  std::string replacements_;
};

}  // namespace frazo::text

#endif  // FRAZO_CORE_TEXT_SENTENCEPIECE_CHARSMAP_H_
