#include "core/text/bpe/bpe_tokenizer.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "core/status/status_macros.h"
#include "core/text/bpe/bpe_merges.h"
#include "core/text/bpe/bpe_word_divider.h"
#include "core/text/scratch_pool.h"
#include "core/text/vocabulary_tokenizer.h"
#include "core/text/word_cache.h"
#include "core/text/words.h"

namespace frazo::text {
namespace {

constexpr std::string_view kContinued = "@@";

// Returns the vocabulary's ids of the pieces that the divider can give.
BpePieceIds PieceIds(const Vocabulary& vocabulary, const SpecialIds& special_ids) {
  return [&vocabulary, special_ids](std::string_view piece, bool ends_word) {
    // A last piece that ends in `@@` itself would be read as a piece with a continuation.
    if (ends_word && absl::EndsWith(piece, kContinued)) return special_ids.unk;
    const int32_t id =
        ends_word ? vocabulary.Find(piece) : vocabulary.Find(absl::StrCat(piece, kContinued));
    return id == Vocabulary::kNone || special_ids.IsTextless(id) ? special_ids.unk : id;
  };
}

class BpeTokenizer final : public VocabularyTokenizer {
 public:
  BpeTokenizer(Vocabulary vocabulary, const SpecialIds& special_ids, numeric::Fingerprint rules,
               BpeMerges merges)
      : VocabularyTokenizer(std::move(vocabulary), special_ids, rules),
        divider_(std::move(merges), PieceIds(this->vocabulary(), special_ids), special_ids.unk) {
    for (int32_t id = 0; id < vocab_size(); ++id) {
      const std::string_view token = this->vocabulary().token(id);
      divider_.AddCharacter(token, true);
      if (absl::EndsWith(token, kContinued)) {
        divider_.AddCharacter(absl::StripSuffix(token, kContinued), false);
      }
    }
  }

 private:
  struct Scratch {
    BpeWordDivider::Scratch divider;
    std::vector<WordPiece> pieces;
    WordCache cache;
  };

  int64_t EncodeTo(std::string_view text, TokenSink sink) const override {
    int64_t invalid = 0;
    const auto scratch = scratches_.Take();
    std::vector<WordPiece>& pieces = scratch->pieces;
    ForEachWord(text, [&](std::string_view word, size_t word_begin) {
      pieces.clear();
      if (!scratch->cache.Find(word, &pieces)) {
        const int64_t invalid_in_word = divider_.Divide(word, &scratch->divider, &pieces);
        // A division from the cache does not count invalid bytes again.
        if (invalid_in_word == 0) scratch->cache.Insert(word, pieces);
        invalid += invalid_in_word;
      }
      int64_t begin = word_begin;
      for (const WordPiece& piece : pieces) {
        const int64_t end = word_begin + piece.end;
        sink.Add(piece.id, begin, end);
        begin = end;
      }
    });
    return invalid;
  }

  std::string DecodeChecked(absl::Span<const int32_t> ids) const override {
    std::string text;
    bool word_is_open = true;  // Whether the next piece is joined to the previous one.
    for (const int32_t id : ids) {
      if (special_ids().IsTextless(id)) continue;
      std::string_view piece = vocabulary().token(id);
      if (!word_is_open) text.push_back(' ');
      word_is_open = absl::ConsumeSuffix(&piece, kContinued);
      absl::StrAppend(&text, piece);
    }
    return text;
  }

  BpeWordDivider divider_;
  mutable ScratchPool<Scratch> scratches_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<const Tokenizer>> CreateBpeTokenizer(
    const frazo::Tokenizer& config) {
  const std::string& path = config.bpe().vocabulary();
  FRAZO_ASSIGN_OR_RETURN(BpeMerges merges, BpeMerges::Load(config.bpe().merges()));
  FRAZO_ASSIGN_OR_RETURN(Vocabulary vocabulary, Vocabulary::Load(path, Vocabulary::Texts::kWords));
  FRAZO_ASSIGN_OR_RETURN(const SpecialIds special_ids, ResolveSpecialIds(config, vocabulary, path));
  numeric::Fingerprint rules;
  rules.Add("bpe");
  merges.AddTo(&rules);
  return std::make_unique<BpeTokenizer>(std::move(vocabulary), special_ids, rules,
                                        std::move(merges));
}

}  // namespace frazo::text
