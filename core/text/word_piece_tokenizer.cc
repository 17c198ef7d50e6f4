#include "core/text/word_piece_tokenizer.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "core/status/status_macros.h"
#include "core/text/scratch_pool.h"
#include "core/text/sentencepiece/byte_trie.h"
#include "core/text/sentencepiece/sentencepiece_bpe_divider.h"
#include "core/text/sentencepiece/sentencepiece_model.pb.h"
#include "core/text/sentencepiece/sentencepiece_normalizer.h"
#include "core/text/text_file.h"
#include "core/text/utf8.h"
#include "core/text/vocabulary_tokenizer.h"
#include "core/text/word_cache.h"
#include "core/text/words.h"

namespace frazo::text {
namespace {

// Describes the pieces to the divider: those of smaller ids have better scores.
SentencePieceModel ModelOf(const Vocabulary& vocabulary, const SpecialIds& special_ids) {
  SentencePieceModel model;
  for (int32_t id = 0; id < vocabulary.size(); ++id) {
    SentencePieceModel::Piece& piece = *model.add_pieces();
    piece.set_text(std::string(vocabulary.token(id)));
    piece.set_score(static_cast<float>(-id));
    if (id == special_ids.unk) {
      piece.set_type(SentencePieceModel::UNKNOWN);
    } else if (special_ids.IsTextless(id)) {
      piece.set_type(SentencePieceModel::CONTROL);
    }
  }
  return model;
}

class WordPieceTokenizer final : public VocabularyTokenizer {
 public:
  WordPieceTokenizer(Vocabulary vocabulary, const SpecialIds& special_ids,
                     numeric::Fingerprint rules)
      : VocabularyTokenizer(std::move(vocabulary), special_ids, rules),
        divider_(ModelOf(this->vocabulary(), special_ids), this->vocabulary().index(), ByteTrie()) {
  }

 private:
  struct Scratch {
    // A word with U+2581 before it, and without invalid bytes.
    std::string word;
    // By byte of `word`, and one more: where the character starts in the original word.
    std::vector<int64_t> origins;
    std::vector<WordPiece> pieces;
  };

  int64_t EncodeTo(std::string_view text, TokenSink sink) const override {
    int64_t invalid = 0;
    const auto scratch = scratches_.Take();
    ForEachWord(text, [&](std::string_view word, size_t word_begin) {
      invalid += SetWord(word, &*scratch);
      scratch->pieces.clear();
      divider_.Divide(scratch->word, &scratch->pieces);
      int64_t begin = word_begin;
      for (const WordPiece& piece : scratch->pieces) {
        const int64_t end = word_begin + scratch->origins[piece.end];
        sink.Add(piece.id, begin, end);
        begin = end;
      }
    });
    return invalid;
  }

  // Returns the number of sequences of bytes that are not UTF-8.
  static int64_t SetWord(std::string_view word, Scratch* scratch) {
    scratch->word.assign(kSpaceSymbol);
    scratch->origins.assign(kSpaceSymbol.size(), 0);
    int64_t invalid = 0;
    for (size_t begin = 0; begin < word.size();) {
      const Utf8Prefix character = DecodeUtf8(word.substr(begin));
      const std::string_view bytes =
          character.valid ? word.substr(begin, character.length) : kReplacementCharacterUtf8;
      scratch->word.append(bytes);
      scratch->origins.insert(scratch->origins.end(), bytes.size(), begin);
      invalid += !character.valid;
      begin += character.length;
    }
    scratch->origins.push_back(word.size());
    return invalid;
  }

  std::string DecodeChecked(absl::Span<const int32_t> ids) const override {
    std::string text;
    for (const int32_t id : ids) {
      if (!special_ids().IsTextless(id)) absl::StrAppend(&text, vocabulary().token(id));
    }
    absl::StrReplaceAll({{kSpaceSymbol, " "}}, &text);
    absl::StripAsciiWhitespace(&text);
    return text;
  }

  const SentencePieceBpeDivider divider_;
  mutable ScratchPool<Scratch> scratches_;
};

// Returns the content without what follows the first tab of a line. The numbers of the lines stay.
absl::StatusOr<std::string> FirstColumn(std::string_view content, std::string_view name) {
  FRAZO_ASSIGN_OR_RETURN(const std::vector<std::string_view> lines, SplitLines(content, name));
  std::string pieces;
  for (const std::string_view line : lines) {
    absl::StrAppend(&pieces, line.substr(0, std::min(line.find('\t'), line.size())), "\n");
  }
  return pieces;
}

}  // namespace

absl::StatusOr<std::unique_ptr<const Tokenizer>> CreateWordPieceTokenizer(
    const frazo::Tokenizer& config) {
  const std::string& path = config.word_piece().vocabulary();
  FRAZO_ASSIGN_OR_RETURN(const std::string content, ReadTextFile(path));
  FRAZO_ASSIGN_OR_RETURN(const std::string pieces, FirstColumn(content, path));
  FRAZO_ASSIGN_OR_RETURN(Vocabulary vocabulary,
                         Vocabulary::Parse(pieces, Vocabulary::Texts::kWords, path));
  FRAZO_ASSIGN_OR_RETURN(const SpecialIds special_ids, ResolveSpecialIds(config, vocabulary, path));
  numeric::Fingerprint rules;
  rules.Add("word_piece");
  return std::make_unique<WordPieceTokenizer>(std::move(vocabulary), special_ids, rules);
}

}  // namespace frazo::text
