#ifndef FRAZO_CORE_TEXT_SENTENCEPIECE_SENTENCEPIECE_MODEL_H_
#define FRAZO_CORE_TEXT_SENTENCEPIECE_SENTENCEPIECE_MODEL_H_

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/text/sentencepiece/byte_trie.h"
#include "core/text/sentencepiece/sentencepiece_model.pb.h"
#include "core/text/token_index.h"

namespace frazo::text {

// A SentencePiece model that has been checked: its pieces are UTF-8, not empty and all different;
// one is the unknown piece; scores are finite; with byte fallback there is a piece for every byte.
// Thread-safe.
class CheckedSentencePieceModel {
 public:
  // Errors name the file and the piece: kNotFound, kPermissionDenied (the file), kInvalidArgument
  // (not a SentencePiece model, of a type other than unigram and bpe, or not sound).
  static absl::StatusOr<CheckedSentencePieceModel> Load(const std::string& path);
  // Reads the content of a file. `name` stands for its path in errors.
  static absl::StatusOr<CheckedSentencePieceModel> Parse(std::string_view content,
                                                         std::string_view name);

  const SentencePieceModel& model() const { return model_; }
  const TokenIndex& pieces() const { return pieces_; }
  SentencePieceModel::PieceType type(int32_t id) const { return model_.pieces(id).type(); }
  int32_t unknown_piece() const { return unknown_piece_; }
  // By byte; only for a model with byte fallback.
  const std::array<int32_t, 256>& byte_pieces() const { return byte_pieces_; }
  // Returns the byte of a piece of type BYTE.
  static char ByteOf(std::string_view piece);
  // Returns the pieces that are never divided.
  ByteTrie UserDefinedPieces() const;
  // A fingerprint of the file's content.
  uint64_t fingerprint() const { return fingerprint_; }

 private:
  CheckedSentencePieceModel() = default;

  absl::Status AddPiece(const SentencePieceModel::Piece& piece);
  absl::Status AddBytePiece(std::string_view text, int32_t id);
  absl::Status CheckWhole() const;

  SentencePieceModel model_;
  TokenIndex pieces_;
  int32_t unknown_piece_ = TokenIndex::kNone;
  std::array<int32_t, 256> byte_pieces_;
  uint64_t fingerprint_ = 0;
};

}  // namespace frazo::text

#endif  // FRAZO_CORE_TEXT_SENTENCEPIECE_SENTENCEPIECE_MODEL_H_
