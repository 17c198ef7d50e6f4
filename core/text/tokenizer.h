#ifndef FRAZO_CORE_TEXT_TOKENIZER_H_
#define FRAZO_CORE_TEXT_TOKENIZER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "core/text/special_ids.h"
#include "frazo/proto/tokenizer.pb.h"

namespace frazo::text {

// The part of the encoded text that a token stands for: bytes [begin, end). Spans are in order and
// do not overlap. Blanks between words may belong to no token. If several tokens stand for one
// character, all but the last have begin == end.
struct TokenSpan {
  int64_t begin;
  int64_t end;

  bool operator==(const TokenSpan& other) const { return begin == other.begin && end == other.end; }
};

// Converts text to ids and ids to text. Any bytes can be encoded: bytes that are not UTF-8 are read
// as U+FFFD and counted. Thread-safe. A call allocates nothing after earlier calls of its size.
//
//   FRAZO_ASSIGN_OR_RETURN(auto tokenizer, text::Tokenizer::Create(config));
//   std::vector<int32_t> ids;
//   tokenizer->Encode("a b", &ids);
//   FRAZO_ASSIGN_OR_RETURN(std::string text, tokenizer->Decode(ids));
//
// Each subclass says for which texts Decode returns exactly the text that Encode got.
class Tokenizer {
 public:
  // Errors name the file and the line, or the field of the config: kNotFound, kPermissionDenied
  // (the file), kInvalidArgument (its content, or an id outside of the vocabulary).
  static absl::StatusOr<std::unique_ptr<const Tokenizer>> Create(const frazo::Tokenizer& config);

  virtual ~Tokenizer() = default;
  Tokenizer(const Tokenizer&) = delete;
  Tokenizer& operator=(const Tokenizer&) = delete;

  // Appends the ids of `text`. The ids of the start and the end of a sentence are never among them,
  // because no text stands for them. Returns the number of sequences of bytes that are not UTF-8.
  int64_t Encode(std::string_view text, std::vector<int32_t>* ids) const;

  // Does the same, and appends one span for each id.
  int64_t EncodeWithOffsets(std::string_view text, std::vector<int32_t>* ids,
                            std::vector<TokenSpan>* spans) const;

  // Returns the text of `ids`; the start and the end of a sentence add nothing to it. Error:
  // kInvalidArgument for an id outside of the vocabulary; it names the id and its position.
  absl::StatusOr<std::string> Decode(absl::Span<const int32_t> ids) const;

  // Ids are 0..vocab_size()-1.
  int32_t vocab_size() const { return vocab_size_; }
  // The token for texts that the vocabulary lacks.
  int32_t unk_id() const { return special_ids_.unk; }
  // The start and the end of a sentence. By default they are ids of the vocabulary; kNoToken if a
  // SentencePiece model has none.
  int32_t sos_id() const { return special_ids_.sos; }
  int32_t eos_id() const { return special_ids_.eos; }

  // Returns the piece of an id, valid as long as the tokenizer. Error: kInvalidArgument, as for
  // Decode.
  absl::StatusOr<std::string_view> IdToPiece(int32_t id) const;
  // Returns the id of a piece; unk_id() if it is not in the vocabulary.
  int32_t PieceToId(std::string_view piece) const;

  // A hash of the kind, the pieces, the merges and the special ids, the same on every machine.
  // Tokenizers that encode and decode alike have equal fingerprints.
  uint64_t fingerprint() const { return fingerprint_; }

 protected:
  // The destination of the tokens that a subclass finds.
  struct TokenSink {
    std::vector<int32_t>* ids;
    std::vector<TokenSpan>* spans;  // Null if the caller doesn't want them.

    void Add(int32_t id, int64_t begin, int64_t end) {
      ids->push_back(id);
      if (spans != nullptr) spans->push_back({begin, end});
    }
  };

  Tokenizer(int32_t vocab_size, const SpecialIds& special_ids, uint64_t fingerprint)
      : vocab_size_(vocab_size), special_ids_(special_ids), fingerprint_(fingerprint) {}

  const SpecialIds& special_ids() const { return special_ids_; }

 private:
  // Returns the number of sequences of bytes that are not UTF-8.
  virtual int64_t EncodeTo(std::string_view text, TokenSink sink) const = 0;
  // Every id must be within the vocabulary.
  virtual std::string DecodeChecked(absl::Span<const int32_t> ids) const = 0;
  virtual std::string_view PieceOf(int32_t id) const = 0;
  // Returns a negative number if the piece is not in the vocabulary.
  virtual int32_t FindPiece(std::string_view piece) const = 0;

  const int32_t vocab_size_;
  const SpecialIds special_ids_;
  const uint64_t fingerprint_;
};

}  // namespace frazo::text

#endif  // FRAZO_CORE_TEXT_TOKENIZER_H_
