#include "core/text/sentencepiece/sentencepiece_model.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/numeric/fingerprint.h"
#include "core/status/status_macros.h"
#include "core/text/text_file.h"
#include "core/text/utf8.h"

namespace frazo::text {
namespace {

// Longer than any piece that training makes; the library has the same bound.
constexpr size_t kLongestPiece = 8000;

std::string BytePieceName(int byte) { return absl::StrFormat("<0x%02X>", byte); }

absl::Status CheckPiece(const SentencePieceModel::Piece& piece) {
  const std::string& text = piece.text();
  if (text.empty()) return absl::InvalidArgumentError("is empty");
  if (text.size() >= kLongestPiece) {
    return absl::InvalidArgumentError(
        absl::StrCat("has ", text.size(), " bytes; at most ", kLongestPiece - 1, " make sense"));
  }
  if (ValidUtf8Length(text) != text.size()) return absl::InvalidArgumentError("is not UTF-8");
  if (absl::StrContains(text, '\0')) return absl::InvalidArgumentError("has a zero byte");
  if (!std::isfinite(piece.score())) {
    return absl::InvalidArgumentError(absl::StrCat("has the score ", piece.score()));
  }
  if (piece.type() < SentencePieceModel::NORMAL || piece.type() > SentencePieceModel::BYTE) {
    return absl::InvalidArgumentError(
        absl::StrCat("is of type ", static_cast<int>(piece.type()), ", which is not known"));
  }
  return absl::OkStatus();
}

absl::Status NotAModel(std::string_view name) {
  return absl::InvalidArgumentError(
      absl::StrCat("'", name,
                   "' is not a SentencePiece model; it takes the .model file, not the .vocab, that "
                   "build_vocab --kind=sentencepiece-unigram or spm_train wrote"));
}

}  // namespace

absl::StatusOr<CheckedSentencePieceModel> CheckedSentencePieceModel::Load(const std::string& path) {
  FRAZO_ASSIGN_OR_RETURN(const std::string content, ReadTextFile(path));
  return Parse(content, path);
}

absl::StatusOr<CheckedSentencePieceModel> CheckedSentencePieceModel::Parse(std::string_view content,
                                                                           std::string_view name) {
  CheckedSentencePieceModel checked;
  checked.byte_pieces_.fill(TokenIndex::kNone);
  SentencePieceModel& model = checked.model_;
  if (content.size() > std::numeric_limits<int32_t>::max() ||
      !model.ParseFromArray(content.data(), static_cast<int>(content.size())) ||
      model.pieces().empty()) {
    return NotAModel(name);
  }
  const SentencePieceModel::ModelType type = model.trainer_spec().model_type();
  if (type != SentencePieceModel::UNIGRAM && type != SentencePieceModel::BPE) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", name, "': model_type is ", SentencePieceModel::ModelType_Name(type),
                     "; only UNIGRAM and BPE are supported; for words or characters use the word "
                     "or grapheme tokenizer"));
  }
  for (const SentencePieceModel::Piece& piece : model.pieces()) {
    if (const absl::Status status = checked.AddPiece(piece); !status.ok()) {
      return absl::Status(
          status.code(),
          absl::StrCat("'", name, "': piece ", checked.pieces_.size(), " ", status.message()));
    }
  }
  if (const absl::Status status = checked.CheckWhole(); !status.ok()) {
    return absl::Status(status.code(), absl::StrCat("'", name, "' ", status.message()));
  }
  numeric::Fingerprint fingerprint;
  fingerprint.Add(content);
  checked.fingerprint_ = fingerprint.value();
  return checked;
}

absl::Status CheckedSentencePieceModel::AddPiece(const SentencePieceModel::Piece& piece) {
  FRAZO_RETURN_IF_ERROR(CheckPiece(piece));
  const int32_t id = pieces_.size();
  if (const int32_t other = pieces_.Find(piece.text()); other != TokenIndex::kNone) {
    return absl::InvalidArgumentError(
        absl::StrCat("is '", piece.text(), "', which is piece ", other, " already"));
  }
  if (piece.type() == SentencePieceModel::UNKNOWN) {
    if (unknown_piece_ != TokenIndex::kNone) {
      return absl::InvalidArgumentError(
          absl::StrCat("is unknown, which piece ", unknown_piece_, " is already"));
    }
    unknown_piece_ = id;
  }
  if (piece.type() == SentencePieceModel::BYTE) {
    FRAZO_RETURN_IF_ERROR(AddBytePiece(piece.text(), id));
  }
  pieces_.Add(piece.text());
  return absl::OkStatus();
}

absl::Status CheckedSentencePieceModel::AddBytePiece(std::string_view text, int32_t id) {
  if (!model_.trainer_spec().byte_fallback()) {
    return absl::InvalidArgumentError("stands for a byte in a model without byte_fallback");
  }
  uint32_t byte;
  if (text.size() != 6 || !absl::SimpleHexAtoi(text.substr(1, 4), &byte) || byte > 0xff ||
      text != BytePieceName(static_cast<int>(byte))) {
    return absl::InvalidArgumentError(
        absl::StrCat("is '", text, "', which is not a byte's name, <0x00> to <0xFF>"));
  }
  byte_pieces_[byte] = id;
  return absl::OkStatus();
}

absl::Status CheckedSentencePieceModel::CheckWhole() const {
  if (unknown_piece_ == TokenIndex::kNone) {
    return absl::InvalidArgumentError("has no unknown piece");
  }
  const auto missing = std::find(byte_pieces_.begin(), byte_pieces_.end(), TokenIndex::kNone);
  if (model_.trainer_spec().byte_fallback() && missing != byte_pieces_.end()) {
    return absl::InvalidArgumentError(
        absl::StrCat("has byte_fallback but no piece ",
                     BytePieceName(static_cast<int>(missing - byte_pieces_.begin()))));
  }
  return absl::OkStatus();
}

char CheckedSentencePieceModel::ByteOf(std::string_view piece) {
  uint32_t byte = 0;
  (void)absl::SimpleHexAtoi(piece.substr(1, 4), &byte);
  return static_cast<char>(byte);
}

ByteTrie CheckedSentencePieceModel::UserDefinedPieces() const {
  std::vector<ByteTrie::Entry> entries;
  for (int32_t id = 0; id < pieces_.size(); ++id) {
    if (type(id) == SentencePieceModel::USER_DEFINED) entries.push_back({pieces_.token(id), id});
  }
  return ByteTrie(std::move(entries));
}

}  // namespace frazo::text
