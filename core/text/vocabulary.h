#ifndef FRAZO_CORE_TEXT_VOCABULARY_H_
#define FRAZO_CORE_TEXT_VOCABULARY_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/numeric/fingerprint.h"
#include "core/text/token_index.h"

namespace frazo::text {

// The tokens of a vocabulary file, numbered from 0. Thread-safe.
//
// The file is UTF-8, one token a line. Either every line is `token TAB id`, with each id from 0 to
// the last one once, in any order; or every line is a token, which is all of the line, and its id
// is the line's number from 0. A token is not empty. Lines may all end in CR LF. The special tokens
// are known by name: <unk>, <s>, </s>, or all in upper case.
class Vocabulary {
 public:
  static constexpr int32_t kNone = TokenIndex::kNone;

  // Errors name the file and the line: kNotFound, kPermissionDenied (the file); kInvalidArgument
  // (an empty file, a token or an id that comes twice, an id that is missing, what is not UTF-8, a
  // mixture of the two kinds of special names).
  static absl::StatusOr<Vocabulary> Load(const std::string& path);

  // As for a file of this content. `name` stands for its path in errors.
  static absl::StatusOr<Vocabulary> Parse(std::string_view content, std::string_view name);

  int32_t size() const { return index_.size(); }
  // `id` is within [0, size()).
  std::string_view token(int32_t id) const { return index_.token(id); }
  // kNone for what is not a token.
  int32_t Find(std::string_view token) const { return index_.Find(token); }

  // Ids of the special tokens that the file has, kNone of those that it lacks.
  int32_t unk_id() const { return unk_id_; }
  int32_t sos_id() const { return sos_id_; }
  int32_t eos_id() const { return eos_id_; }

  // Adds what the vocabulary means, whatever the form of its file: the tokens by id.
  void AddTo(numeric::Fingerprint* fingerprint) const;

 private:
  Vocabulary() = default;

  absl::Status FindSpecialTokens(std::string_view name);

  TokenIndex index_;
  int32_t unk_id_ = kNone;
  int32_t sos_id_ = kNone;
  int32_t eos_id_ = kNone;
};

}  // namespace frazo::text

#endif  // FRAZO_CORE_TEXT_VOCABULARY_H_
