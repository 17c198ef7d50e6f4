#ifndef FRAZO_CORE_TEXT_WORD_TOKENIZER_H_
#define FRAZO_CORE_TEXT_WORD_TOKENIZER_H_

#include <memory>

#include "absl/status/statusor.h"
#include "core/text/tokenizer.h"
#include "frazo/proto/tokenizer.pb.h"

namespace frazo::text {

// Creates the tokenizer of `config`, whose kind is word. Tokens are the parts of the text between
// blanks (words.h), unchanged; a span is the whole word.
//
// Decode joins the words by single spaces. It returns the original text if all of its words are in
// the vocabulary, with one space between words and none at the ends. A word outside of the
// vocabulary becomes the unknown token's name.
absl::StatusOr<std::unique_ptr<const Tokenizer>> CreateWordTokenizer(
    const frazo::Tokenizer& config);

}  // namespace frazo::text

#endif  // FRAZO_CORE_TEXT_WORD_TOKENIZER_H_
