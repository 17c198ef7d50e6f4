#include "core/text/word_tokenizer.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/status/status_macros.h"
#include "core/text/utf8.h"
#include "core/text/vocabulary_tokenizer.h"
#include "core/text/words.h"

namespace frazo::text {
namespace {

class WordTokenizer final : public VocabularyTokenizer {
 public:
  WordTokenizer(Vocabulary words, const SpecialIds& special_ids, numeric::Fingerprint rules)
      : VocabularyTokenizer(std::move(words), special_ids, rules) {
    for (int32_t id = 0; id < vocab_size(); ++id) {
      has_replacement_character_ |=
          absl::StrContains(vocabulary().token(id), kReplacementCharacterUtf8);
    }
  }

 private:
  int64_t EncodeTo(std::string_view text, TokenSink sink) const override {
    int64_t invalid = 0;
    ForEachWord(text, [&](std::string_view word, size_t begin) {
      int32_t id = vocabulary().Find(word);
      // The vocabulary is UTF-8, so a word in it needs no check.
      if (id == Vocabulary::kNone) id = FindRepaired(word, &invalid);
      if (id == Vocabulary::kNone || special_ids().IsTextless(id)) id = unk_id();
      sink.Add(id, begin, begin + word.size());
    });
    return invalid;
  }

  int32_t FindRepaired(std::string_view word, int64_t* invalid) const {
    if (ValidUtf8Length(word) == word.size()) return Vocabulary::kNone;
    std::string valid;
    *invalid += AppendValidUtf8(word, &valid);
    return has_replacement_character_ ? vocabulary().Find(valid) : Vocabulary::kNone;
  }

  std::string DecodeChecked(absl::Span<const int32_t> ids) const override {
    std::string text;
    bool is_first = true;
    for (const int32_t id : ids) {
      if (special_ids().IsTextless(id)) continue;
      absl::StrAppend(&text, is_first ? "" : " ", vocabulary().token(id));
      is_first = false;
    }
    return text;
  }

  bool has_replacement_character_ = false;
};

}  // namespace

absl::StatusOr<std::unique_ptr<const Tokenizer>> CreateWordTokenizer(
    const frazo::Tokenizer& config) {
  const std::string& path = config.word().vocabulary();
  FRAZO_ASSIGN_OR_RETURN(Vocabulary words, Vocabulary::Load(path, Vocabulary::Texts::kWords));
  FRAZO_ASSIGN_OR_RETURN(const SpecialIds special_ids, ResolveSpecialIds(config, words, path));
  numeric::Fingerprint rules;
  rules.Add("word");
  return std::make_unique<WordTokenizer>(std::move(words), special_ids, rules);
}

}  // namespace frazo::text
