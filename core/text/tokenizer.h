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

// What a token stands for: bytes [begin, end) of the text that was encoded. Spans are in order and
// do not overlap. Blanks between words may belong to none, and where several tokens stand for one
// character, all but the last have begin == end.
struct TokenSpan {
  int64_t begin;
  int64_t end;

  bool operator==(const TokenSpan& other) const { return begin == other.begin && end == other.end; }
};

// From text to ids and back. Any bytes can be encoded: what is not UTF-8 is read as U+FFFD and
// counted. Thread-safe; a call allocates nothing once calls of its size have been made before.
//
//   FRAZO_ASSIGN_OR_RETURN(auto tokenizer, text::Tokenizer::Create(config));
//   std::vector<int32_t> ids;
//   tokenizer->Encode("a b", &ids);
//   FRAZO_ASSIGN_OR_RETURN(std::string text, tokenizer->Decode(ids));
//
// The subclasses say for which texts Decode gives back exactly what Encode was given.
class Tokenizer {
 public:
  // Errors name the file and the line, or the field of the config: kNotFound, kPermissionDenied
  // (the file), kInvalidArgument (its content, or an id outside of the vocabulary).
  static absl::StatusOr<std::unique_ptr<const Tokenizer>> Create(const frazo::Tokenizer& config);

  virtual ~Tokenizer() = default;
  Tokenizer(const Tokenizer&) = delete;
  Tokenizer& operator=(const Tokenizer&) = delete;

  // Appends the ids of `text`, never those of the start and the end of a sentence: they stand for
  // no text, whatever it spells. Returns how many sequences of bytes were not UTF-8.
  int64_t Encode(std::string_view text, std::vector<int32_t>* ids) const;

  // The same, and appends one span for each id.
  int64_t EncodeWithOffsets(std::string_view text, std::vector<int32_t>* ids,
                            std::vector<TokenSpan>* spans) const;

  // The text of `ids`. Start and end of a sentence become nothing. Error: kInvalidArgument for an
  // id outside of the vocabulary, named with its position.
  absl::StatusOr<std::string> Decode(absl::Span<const int32_t> ids) const;

  // Ids are 0..vocab_size()-1.
  int32_t vocab_size() const { return vocab_size_; }
  // The token for what the vocabulary lacks.
  int32_t unk_id() const { return special_ids_.unk; }
  // Start and end of a sentence. Their defaults are ids of the vocabulary, but kNoToken where a
  // SentencePiece model has none.
  int32_t sos_id() const { return special_ids_.sos; }
  int32_t eos_id() const { return special_ids_.eos; }

  // The vocabulary's entry, valid as long as the tokenizer. Error: kInvalidArgument, as for Decode.
  absl::StatusOr<std::string_view> IdToPiece(int32_t id) const;
  // unk_id() for a piece that is not an entry.
  int32_t PieceToId(std::string_view piece) const;

  // Equal for tokenizers that encode and decode alike: a hash of the kind, the entries, the merges
  // and the special ids, the same on every machine.
  uint64_t fingerprint() const { return fingerprint_; }

 protected:
  // Where a subclass puts the tokens that it finds.
  struct TokenSink {
    std::vector<int32_t>* ids;
    std::vector<TokenSpan>* spans;  // Null if nobody asks for them.

    void Add(int32_t id, int64_t begin, int64_t end) {
      ids->push_back(id);
      if (spans != nullptr) spans->push_back({begin, end});
    }
  };

  Tokenizer(int32_t vocab_size, const SpecialIds& special_ids, uint64_t fingerprint)
      : vocab_size_(vocab_size), special_ids_(special_ids), fingerprint_(fingerprint) {}

  const SpecialIds& special_ids() const { return special_ids_; }

 private:
  // How many sequences of bytes were not UTF-8.
  virtual int64_t EncodeTo(std::string_view text, TokenSink sink) const = 0;
  // Every id is within the vocabulary.
  virtual std::string DecodeChecked(absl::Span<const int32_t> ids) const = 0;
  virtual std::string_view PieceOf(int32_t id) const = 0;
  // Negative if the piece is not an entry.
  virtual int32_t FindPiece(std::string_view piece) const = 0;

  const int32_t vocab_size_;
  const SpecialIds special_ids_;
  const uint64_t fingerprint_;
};

}  // namespace frazo::text

#endif  // FRAZO_CORE_TEXT_TOKENIZER_H_
