#ifndef FRAZO_CORE_TEXT_GRAPHEME_TOKENIZER_H_
#define FRAZO_CORE_TEXT_GRAPHEME_TOKENIZER_H_

#include <memory>

#include "absl/status/statusor.h"
#include "core/text/tokenizer.h"
#include "frazo/proto/tokenizer.pb.h"

namespace frazo::text {

// The tokenizer of `config`, whose kind is grapheme: one token for each code point. The
// vocabulary's entries are single code points and names in angle brackets such as <noise>; a name
// in the text is one token, the longest that fits. Start and end of a sentence are not matched by
// name.
//
// Without a vocabulary file it is the table of 76 entries: 0 <unk>, 1 <s>, 2 </s>, 3 space,
// 4 <noise>, 5-30 a-z, 31-38 . ' - : ! ~ ` ; 39-48 0-9, 49-72 the rest of ASCII's punctuation in
// the order of their codes, 73 <epsilon>, 74 <text_only>, 75 <sorw>; and A-Z are read as a-z.
//
// Decode joins the tokens. It gives back the text if that has only code points of the vocabulary,
// with the default table's A-Z in lower case; others become the unknown token's name.
absl::StatusOr<std::unique_ptr<const Tokenizer>> CreateGraphemeTokenizer(
    const frazo::Tokenizer& config);

}  // namespace frazo::text

#endif  // FRAZO_CORE_TEXT_GRAPHEME_TOKENIZER_H_
