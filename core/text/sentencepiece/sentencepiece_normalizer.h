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

// U+2581, which stands for a blank in SentencePiece's texts.
constexpr std::string_view kSpaceSymbol = "\xe2\x96\x81";

// What a SentencePiece model makes of a text before it divides it: rules such as NFKC are applied,
// blanks run together and made visible. Byte for byte as the sentencepiece library. Thread-safe.
class SentencePieceNormalizer {
 public:
  struct Options {
    bool space_at_end = false;  // The blank that is added goes to the end, not the start.
    bool add_space = true;
    bool merge_spaces = true;
    bool show_spaces = true;  // As kSpaceSymbol.
  };

  // Error: kInvalidArgument, for rules that are damaged. `user_defined` are texts that no rule
  // changes.
  static absl::StatusOr<SentencePieceNormalizer> Create(
      const SentencePieceModel::NormalizerSpec& spec, bool space_at_end, ByteTrie user_defined);

  // Sets *normalized. Sets (*origins)[i] to where in `text` the thing starts that became byte i,
  // and one more for the end; `origins` may be null. Returns how many bytes were replaced by U+FFFD
  // for not being UTF-8, each for itself as in the library.
  int64_t Normalize(std::string_view text, std::string* normalized,
                    std::vector<int64_t>* origins) const;

  // The longest of the texts that no rule changes with which `text` starts; 0 if none.
  size_t UserDefinedLength(std::string_view text) const { return user_defined_.LongestMatch(text); }

 private:
  // A piece of the text and what it becomes.
  struct Replacement {
    size_t length;
    std::string_view text;
    bool valid;
  };
  // Where the result goes.
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
  // How many bytes from `begin` on stay as they are: ASCII without blanks and rules.
  size_t PlainLength(std::string_view text, size_t begin) const;
  std::string_view Space() const { return options_.show_spaces ? kSpaceSymbol : " "; }
  // Everything from byte `begin` on, which is where the first thing that is not blank starts.
  int64_t NormalizeFrom(size_t begin, std::string_view text, const Output& output) const;
  void AppendWithSpaces(std::string_view text, int64_t origin, const Output& output) const;

  Options options_;
  Charsmap rules_;
  ByteTrie user_defined_;
  // By byte: an ASCII character, no blank, for which no rule and no user-defined text exists as
  // long as it is followed by ASCII.
  std::array<bool, 256> is_plain_ = {};
};

}  // namespace frazo::text

#endif  // FRAZO_CORE_TEXT_SENTENCEPIECE_SENTENCEPIECE_NORMALIZER_H_
