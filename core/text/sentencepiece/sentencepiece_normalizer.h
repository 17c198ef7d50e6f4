#ifndef FRAZO_CORE_TEXT_SENTENCEPIECE_SENTENCEPIECE_NORMALIZER_H_
#define FRAZO_CORE_TEXT_SENTENCEPIECE_SENTENCEPIECE_NORMALIZER_H_

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/text/sentencepiece/byte_trie.h"
#include "core/text/sentencepiece/charsmap.h"
#include "core/text/sentencepiece/sentencepiece_model.pb.h"

namespace frazo::text {

// U+2581, the visible form of a blank in SentencePiece's texts.
constexpr std::string_view kSpaceSymbol = "\xe2\x96\x81";

// Normalises a text as a SentencePiece model does before it divides the text: applies rules such as
// NFKC, joins runs of blanks and makes them visible. The result is that of the sentencepiece
// library, byte for byte. Thread-safe.
class SentencePieceNormalizer {
 public:
  struct Options {
    bool space_at_end = false;  // The added blank goes to the end, not to the start.
    bool add_space = true;
    bool merge_spaces = true;
    bool show_spaces = true;  // Blanks become kSpaceSymbol.
  };

  // Error: kInvalidArgument if the rules are damaged. `user_defined` are texts that no rule
  // changes.
  static absl::StatusOr<SentencePieceNormalizer> Create(
      const SentencePieceModel::NormalizerSpec& spec, bool space_at_end, ByteTrie user_defined);

  // Sets *normalized. Sets (*origins)[i] to the byte in `text` at which the origin of byte i
  // starts, and one more for the end; `origins` may be null. Returns the number of bytes that are
  // not UTF-8 and became U+FFFD; each counts separately, as in the library.
  int64_t Normalize(std::string_view text, std::string* normalized,
                    std::vector<int64_t>* origins) const;

  // Returns the length of the longest user-defined text that `text` starts with; 0 if there is
  // none.
  size_t UserDefinedLength(std::string_view text) const { return user_defined_.LongestMatch(text); }

 private:
  // A piece of the text and its replacement.
  struct Replacement {
    size_t length;
    std::string_view text;
    bool valid;
  };
  // The destination of the result.
  struct Output {
    std::string* normalized;
    std::vector<int64_t>* origins;

    void Append(std::string_view text, int64_t origin) const {
      normalized->append(text);
      if (origins != nullptr) origins->insert(origins->end(), text.size(), origin);
    }
  };

  SentencePieceNormalizer(const Options& options, Charsmap rules, ByteTrie user_defined);

  Replacement ReplaceFirst(std::string_view text) const;
  // Returns the number of bytes from `begin` on that stay unchanged: ASCII without blanks and
  // rules.
  size_t PlainLength(std::string_view text, size_t begin) const;
  std::string_view Space() const { return options_.show_spaces ? kSpaceSymbol : " "; }
  // Normalises everything from byte `begin` on, where the first character that is not a blank
  // starts.
  int64_t NormalizeFrom(size_t begin, std::string_view text, const Output& output) const;
  void AppendWithSpaces(std::string_view text, int64_t origin, const Output& output) const;

  Options options_;
  Charsmap rules_;
  ByteTrie user_defined_;
  // By byte: whether it is an ASCII character other than a blank that no rule and no user-defined
  // text can change as long as ASCII follows.
  std::array<bool, 256> is_plain_ = {};
};

}  // namespace frazo::text

#endif  // FRAZO_CORE_TEXT_SENTENCEPIECE_SENTENCEPIECE_NORMALIZER_H_
