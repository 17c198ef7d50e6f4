#ifndef FRAZO_CORE_TEXT_VOCABULARY_TOKENIZER_H_
#define FRAZO_CORE_TEXT_VOCABULARY_TOKENIZER_H_

#include <cstdint>
#include <string_view>
#include <utility>

#include "core/numeric/fingerprint.h"
#include "core/text/special_ids.h"
#include "core/text/tokenizer.h"
#include "core/text/vocabulary.h"

namespace frazo::text {

// A tokenizer whose pieces are the tokens of a vocabulary file.
class VocabularyTokenizer : public Tokenizer {
 protected:
  // `rules` is a fingerprint of everything that the encoding depends on besides the vocabulary.
  VocabularyTokenizer(Vocabulary vocabulary, const SpecialIds& special_ids,
                      numeric::Fingerprint rules)
      : Tokenizer(vocabulary.size(), special_ids, Extended(rules, vocabulary, special_ids)),
        vocabulary_(std::move(vocabulary)) {}

  const Vocabulary& vocabulary() const { return vocabulary_; }

 private:
  static uint64_t Extended(numeric::Fingerprint rules, const Vocabulary& vocabulary,
                           const SpecialIds& special_ids) {
    vocabulary.AddTo(&rules);
    special_ids.AddTo(&rules);
    return rules.value();
  }

  std::string_view PieceOf(int32_t id) const override { return vocabulary_.token(id); }
  int32_t FindPiece(std::string_view piece) const override { return vocabulary_.Find(piece); }

  const Vocabulary vocabulary_;
};

}  // namespace frazo::text

#endif  // FRAZO_CORE_TEXT_VOCABULARY_TOKENIZER_H_
