#ifndef FRAZO_CORE_TEXT_WORD_TOKENIZER_H_
#define FRAZO_CORE_TEXT_WORD_TOKENIZER_H_

#include <memory>

#include "absl/status/statusor.h"
#include "core/text/tokenizer.h"
#include "frazo/proto/tokenizer.pb.h"

namespace frazo::text {

// The tokenizer of `config`, whose kind is word: tokens are the parts of the text between blanks
// (words.h), as they stand; a span is all of the word.
//
// Decode joins the words by single spaces. It gives back the text if that has only words of the
// vocabulary, one space between two and none at the ends; a word outside of the vocabulary becomes
// the unknown token's name.
absl::StatusOr<std::unique_ptr<const Tokenizer>> CreateWordTokenizer(
    const frazo::Tokenizer& config);

}  // namespace frazo::text

#endif  // FRAZO_CORE_TEXT_WORD_TOKENIZER_H_
