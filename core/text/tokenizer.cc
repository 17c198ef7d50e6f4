#include "core/text/tokenizer.h"

#include "absl/strings/str_cat.h"

namespace frazo::text {
namespace {

absl::Status OutsideOfVocabulary(std::string_view what, int32_t vocab_size) {
  return absl::InvalidArgumentError(absl::StrCat(what, " is outside of the vocabulary of ",
                                                 vocab_size, " tokens, whose ids are 0 to ",
                                                 vocab_size - 1));
}

}  // namespace

int64_t Tokenizer::Encode(std::string_view text, std::vector<int32_t>* ids) const {
  return EncodeTo(text, {ids, nullptr});
}

int64_t Tokenizer::EncodeWithOffsets(std::string_view text, std::vector<int32_t>* ids,
                                     std::vector<TokenSpan>* spans) const {
  return EncodeTo(text, {ids, spans});
}

absl::StatusOr<std::string> Tokenizer::Decode(absl::Span<const int32_t> ids) const {
  for (size_t i = 0; i < ids.size(); ++i) {
    if (ids[i] < 0 || ids[i] >= vocab_size_) {
      return OutsideOfVocabulary(absl::StrCat("id ", ids[i], " at position ", i), vocab_size_);
    }
  }
  return DecodeChecked(ids);
}

absl::StatusOr<std::string_view> Tokenizer::IdToPiece(int32_t id) const {
  if (id < 0 || id >= vocab_size_) return OutsideOfVocabulary(absl::StrCat("id ", id), vocab_size_);
  return PieceOf(id);
}

int32_t Tokenizer::PieceToId(std::string_view piece) const {
  const int32_t id = FindPiece(piece);
  return id < 0 ? unk_id() : id;
}

}  // namespace frazo::text
