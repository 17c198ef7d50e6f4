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
// The file is UTF-8 with one token per line. Either every line is `token TAB id`, and each id from
// 0 to the last one occurs once, in any order. Or every line is a token, whose id is the number of
// the line, counted from 0. A token is not empty. Lines may all end in CR LF; a byte order mark is
// passed over. The special tokens have fixed names: <unk>, <s>, </s>, or all in upper case.
class Vocabulary {
 public:
  static constexpr int32_t kNone = TokenIndex::kNone;

  // The texts that are looked up.
  enum class Texts {
    kAny,
    // Words and parts of words: a token with a blank would never be found, so it is an error. It is
    // most often a token with a count or a score behind it.
    kWords,
  };

  // Errors name the file and the line: kNotFound, kPermissionDenied (the file); kInvalidArgument
  // (an empty file, a token or an id that occurs twice, a missing id, bytes that are not UTF-8, a
  // mixture of the two kinds of special names or of line ends, a token with a blank for kWords).
  static absl::StatusOr<Vocabulary> Load(const std::string& path, Texts texts);

  // Reads the content of a file. `name` stands for its path in errors.
  static absl::StatusOr<Vocabulary> Parse(std::string_view content, Texts texts,
                                          std::string_view name);

  int32_t size() const { return index_.size(); }
  // `id` must be within [0, size()).
  std::string_view token(int32_t id) const { return index_.token(id); }
  // Returns kNone for a text that is not a token.
  int32_t Find(std::string_view token) const { return index_.Find(token); }

  // The tokens by id.
  const TokenIndex& index() const { return index_; }

  // The ids of the special tokens; kNone for those that the file lacks.
  int32_t unk_id() const { return unk_id_; }
  int32_t sos_id() const { return sos_id_; }
  int32_t eos_id() const { return eos_id_; }

  // Adds the tokens by id, whatever the form of the file.
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
