#include "core/text/sentencepiece/sentencepiece_normalizer.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "core/status/status_macros.h"
#include "core/text/utf8.h"

namespace frazo::text {

absl::StatusOr<SentencePieceNormalizer> SentencePieceNormalizer::Create(
    const SentencePieceModel::NormalizerSpec& spec, bool space_at_end, ByteTrie user_defined) {
  Charsmap rules;
  if (!spec.precompiled_charsmap().empty()) {
    FRAZO_ASSIGN_OR_RETURN(rules, Charsmap::Parse(spec.precompiled_charsmap()));
  }
  return SentencePieceNormalizer({space_at_end, spec.add_dummy_prefix(),
                                  spec.remove_extra_whitespaces(), spec.escape_whitespaces()},
                                 std::move(rules), std::move(user_defined));
}

SentencePieceNormalizer::SentencePieceNormalizer(const Options& options, Charsmap rules,
                                                 ByteTrie user_defined)
    : options_(options), rules_(std::move(rules)), user_defined_(std::move(user_defined)) {
  for (unsigned char byte = 0; byte < 0x80; ++byte) {
    is_plain_[byte] = byte != ' ' && !rules_.HasAsciiRule(byte) &&
                      user_defined_.Child(ByteTrie::kRoot, byte) == ByteTrie::kNone;
  }
}

int64_t SentencePieceNormalizer::Normalize(std::string_view text, std::string* normalized,
                                           std::vector<int64_t>* origins) const {
  normalized->clear();
  if (origins != nullptr) origins->clear();
  size_t begin = 0;
  while (options_.merge_spaces && begin < text.size()) {
    const Replacement first = ReplaceFirst(text.substr(begin));
    if (first.text != " ") break;
    begin += first.length;
  }
  if (begin == text.size()) return 0;
  return NormalizeFrom(begin, text, {normalized, origins});
}

int64_t SentencePieceNormalizer::NormalizeFrom(size_t begin, std::string_view text,
                                               const Output& output) const {
  int64_t invalid = 0;
  if (options_.add_space && !options_.space_at_end) output.Append(Space(), begin);
  bool after_space = options_.merge_spaces;
  while (begin < text.size()) {
    if (const size_t plain = PlainLength(text, begin); plain > 0) {
      output.normalized->append(text.substr(begin, plain));
      for (size_t i = 0; output.origins != nullptr && i < plain; ++i) {
        output.origins->push_back(begin + i);
      }
      begin += plain;
      after_space = false;
      continue;
    }
    Replacement next = ReplaceFirst(text.substr(begin));
    if (!next.valid) ++invalid;
    while (after_space && absl::ConsumePrefix(&next.text, " ")) {
    }
    if (!next.text.empty()) {
      AppendWithSpaces(next.text, begin, output);
      after_space = options_.merge_spaces && absl::EndsWith(next.text, " ");
    }
    begin += next.length;
  }
  size_t end = text.size();
  while (options_.merge_spaces && absl::EndsWith(*output.normalized, Space())) {
    const size_t length = output.normalized->size() - Space().size();
    output.normalized->resize(length);
    if (output.origins == nullptr) continue;
    end = (*output.origins)[length];
    output.origins->resize(length);
  }
  if (options_.add_space && options_.space_at_end) output.Append(Space(), end);
  if (output.origins != nullptr) output.origins->push_back(end);
  return invalid;
}

SentencePieceNormalizer::Replacement SentencePieceNormalizer::ReplaceFirst(
    std::string_view text) const {
  if (const size_t length = UserDefinedLength(text); length > 0) {
    return {length, text.substr(0, length), true};
  }
  if (const Charsmap::Match match = rules_.LongestMatch(text); match.length > 0) {
    return {match.length, match.replacement, true};
  }
  const Utf8Prefix prefix = DecodeUtf8(text);
  if (!prefix.valid) return {1, kReplacementCharacterUtf8, false};
  const auto length = static_cast<size_t>(prefix.length);
  return {length, text.substr(0, length), true};
}

size_t SentencePieceNormalizer::PlainLength(std::string_view text, size_t begin) const {
  size_t end = begin;
  while (end < text.size() && is_plain_[static_cast<unsigned char>(text[end])]) ++end;
  // There may be a rule for the last character together with its successors.
  if (end > begin && end < text.size() && static_cast<unsigned char>(text[end]) >= 0x80) --end;
  return end - begin;
}

void SentencePieceNormalizer::AppendWithSpaces(std::string_view text, int64_t origin,
                                               const Output& output) const {
  while (!text.empty()) {
    const std::string_view visible = text.substr(0, text.find(' '));
    output.Append(visible, origin);
    text.remove_prefix(visible.size());
    if (text.empty()) return;
    output.Append(Space(), origin);
    text.remove_prefix(1);
  }
}

}  // namespace frazo::text
