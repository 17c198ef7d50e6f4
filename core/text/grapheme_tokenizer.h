#ifndef FRAZO_CORE_TEXT_GRAPHEME_TOKENIZER_H_
#define FRAZO_CORE_TEXT_GRAPHEME_TOKENIZER_H_

#include <memory>

#include "absl/status/statusor.h"
#include "core/text/tokenizer.h"
#include "frazo/proto/tokenizer.pb.h"

namespace frazo::text {

// Creates the tokenizer of `config`, whose kind is grapheme: one token for each code point. The
// vocabulary's pieces are single code points and names in angle brackets such as <noise>. A name in
// the text is one token; the longest match counts. The names of the start and the end of a sentence
// are not matched.
//
// Without a vocabulary file the tokenizer has a table of 76 pieces: 0 <unk>, 1 <s>, 2 </s>, 3
// space, 4 <noise>, 5-30 a-z, 31-38 . ' - : ! ~ ` ; 39-48 0-9, 49-72 the rest of ASCII's
// punctuation in the order of their codes, 73 <epsilon>, 74 <text_only>, 75 <sorw>. It reads A-Z as
// a-z, in names too: <NOISE> is 4.
//
// Decode joins the tokens. It returns the original text if all of its code points are in the
// vocabulary; with the default table, A-Z become lower case. Other code points become the unknown
// token's name.
absl::StatusOr<std::unique_ptr<const Tokenizer>> CreateGraphemeTokenizer(
    const frazo::Tokenizer& config);

}  // namespace frazo::text

#endif  // FRAZO_CORE_TEXT_GRAPHEME_TOKENIZER_H_
