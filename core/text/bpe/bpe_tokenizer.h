#ifndef FRAZO_CORE_TEXT_BPE_BPE_TOKENIZER_H_
#define FRAZO_CORE_TEXT_BPE_BPE_TOKENIZER_H_

#include <memory>

#include "absl/status/statusor.h"
#include "core/text/tokenizer.h"
#include "frazo/proto/tokenizer.pb.h"

namespace frazo::text {

// Creates the tokenizer of `config`, whose kind is bpe. It divides each word (words.h) into code
// points and joins them pair by pair, best rank first and from the left (Sennrich et al. 2016,
// arXiv:1508.07909). The pieces are those of subword-nmt's apply_bpe. The vocabulary has `@@` after
// a piece that does not end its word.
//
// Decode joins pieces at `@@` and words by single spaces. It returns the original text if all of
// its pieces are in the vocabulary, with one space between words and none at the ends. A piece
// outside of the vocabulary becomes a word: the unknown token's name.
absl::StatusOr<std::unique_ptr<const Tokenizer>> CreateBpeTokenizer(const frazo::Tokenizer& config);

}  // namespace frazo::text

#endif  // FRAZO_CORE_TEXT_BPE_BPE_TOKENIZER_H_
