#include "core/text/grapheme_tokenizer.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/status/status_macros.h"
#include "core/text/code_point_ids.h"
#include "core/text/utf8.h"
#include "core/text/vocabulary_tokenizer.h"

namespace frazo::text {
namespace {

// One token per line, as in a vocabulary file.
std::string DefaultTable() {
  std::string table = "<unk>\n<s>\n</s>\n \n<noise>\n";
  const auto append_each = [&](std::string_view characters) {
    for (const char character : characters)
      absl::StrAppend(&table, std::string(1, character), "\n");
  };
  append_each("abcdefghijklmnopqrstuvwxyz");
  append_each(".'-:!~`;");
  append_each("0123456789");
  append_each("\"#$%&()*+,/<=>?@[\\]^_{|}");
  return table + "<epsilon>\n<text_only>\n<sorw>\n";
}

bool IsName(std::string_view token) {
  return token.size() > 2 && token.front() == '<' && token.back() == '>';
}

struct Name {
  std::string_view text;
  int32_t id;
};

class GraphemeTokenizer final : public VocabularyTokenizer {
 public:
  // The tokens must be single code points and names.
  GraphemeTokenizer(Vocabulary tokens, const SpecialIds& ids, numeric::Fingerprint rules,
                    bool lower_case)
      : VocabularyTokenizer(std::move(tokens), ids, rules), lower_case_(lower_case) {
    for (int32_t id = 0; id < vocab_size(); ++id) {
      if (special_ids().IsTextless(id)) continue;
      const std::string_view token = vocabulary().token(id);
      if (IsName(token)) {
        names_.push_back({token, id});
      } else {
        code_points_.Set(DecodeUtf8(token).code_point, id);
      }
    }
    std::stable_sort(names_.begin(), names_.end(), [](const Name& left, const Name& right) {
      return left.text.size() > right.text.size();
    });
    if (!lower_case) return;
    for (char letter = 'a'; letter <= 'z'; ++letter) {
      code_points_.Set(letter - 'a' + 'A', code_points_.Find(letter));
    }
  }

 private:
  int64_t EncodeTo(std::string_view text, TokenSink sink) const override {
    int64_t invalid = 0;
    for (size_t begin = 0; begin < text.size();) {
      if (const Name* name = FindName(text.substr(begin)); name != nullptr) {
        sink.Add(name->id, begin, begin + name->text.size());
        begin += name->text.size();
        continue;
      }
      const Utf8Prefix prefix = DecodeUtf8(text.substr(begin));
      if (!prefix.valid) ++invalid;
      const int32_t id = code_points_.Find(prefix.code_point);
      sink.Add(id == CodePointIds::kNone ? unk_id() : id, begin, begin + prefix.length);
      begin += prefix.length;
    }
    return invalid;
  }

  // Returns the longest name that `text` starts with; null if there is none. `text` must not be
  // empty.
  const Name* FindName(std::string_view text) const {
    if (text.front() != '<') return nullptr;
    const auto name = std::find_if(names_.begin(), names_.end(), [&](const Name& candidate) {
      return lower_case_ ? absl::StartsWithIgnoreCase(text, candidate.text)
                         : absl::StartsWith(text, candidate.text);
    });
    return name == names_.end() ? nullptr : &*name;
  }

  std::string DecodeChecked(absl::Span<const int32_t> ids) const override {
    std::string text;
    for (const int32_t id : ids) {
      if (!special_ids().IsTextless(id)) absl::StrAppend(&text, vocabulary().token(id));
    }
    return text;
  }

  const bool lower_case_;
  CodePointIds code_points_;
  // Sorted by length, the longest first.
  std::vector<Name> names_;
};

absl::Status CheckTokens(const Vocabulary& vocabulary, std::string_view name) {
  for (int32_t id = 0; id < vocabulary.size(); ++id) {
    const std::string_view token = vocabulary.token(id);
    if (DecodeUtf8(token).length != token.size() && !IsName(token)) {
      return absl::InvalidArgumentError(
          absl::StrCat("'", name, "': token '", token, "' with id ", id,
                       " is neither one character nor a name in <>; a grapheme tokenizer needs a "
                       "vocabulary of characters, such as build_vocab --kind=grapheme makes"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<const Tokenizer>> CreateGraphemeTokenizer(
    const frazo::Tokenizer& config) {
  const bool is_default = !config.grapheme().has_vocabulary();
  const std::string name = is_default ? "the default table" : config.grapheme().vocabulary();
  constexpr auto kTexts = Vocabulary::Texts::kAny;
  FRAZO_ASSIGN_OR_RETURN(Vocabulary vocabulary,
                         is_default ? Vocabulary::Parse(DefaultTable(), kTexts, name)
                                    : Vocabulary::Load(name, kTexts));
  FRAZO_RETURN_IF_ERROR(CheckTokens(vocabulary, name));
  FRAZO_ASSIGN_OR_RETURN(const SpecialIds special_ids, ResolveSpecialIds(config, vocabulary, name));
  numeric::Fingerprint rules;
  rules.Add(is_default ? "grapheme, lower case" : "grapheme");
  return std::make_unique<GraphemeTokenizer>(std::move(vocabulary), special_ids, rules, is_default);
}

}  // namespace frazo::text
