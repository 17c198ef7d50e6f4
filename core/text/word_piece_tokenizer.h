#ifndef FRAZO_CORE_TEXT_WORD_PIECE_TOKENIZER_H_
#define FRAZO_CORE_TEXT_WORD_PIECE_TOKENIZER_H_

#include <memory>

#include "absl/status/statusor.h"
#include "core/text/tokenizer.h"
#include "frazo/proto/tokenizer.pb.h"

namespace frazo::text {

// Creates the tokenizer of `config`, whose kind is word_piece: Lingvo's word pieces (Schuster and
// Nakajima 2012, Wu et al. 2016). The vocabulary has one piece a line, best first; what follows a
// tab does not count. U+2581 begins each word (words.h). A word is divided into code points, and
// neighbours that together are a piece are joined, the piece with the smallest id first and from
// the left, until there are none. The ids are those of Lingvo's WpmEncoder, except that the names
// of the special tokens are ordinary text.
//
// Decode joins the pieces, reads U+2581 as a space, and removes blanks at both ends. It returns the
// original text if all of its code points and U+2581 are in the vocabulary, with one space between
// words and none at the ends. A code point outside of the vocabulary becomes the unknown token's
// name.
absl::StatusOr<std::unique_ptr<const Tokenizer>> CreateWordPieceTokenizer(
    const frazo::Tokenizer& config);

}  // namespace frazo::text

#endif  // FRAZO_CORE_TEXT_WORD_PIECE_TOKENIZER_H_
