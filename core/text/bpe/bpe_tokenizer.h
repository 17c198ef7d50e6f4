#ifndef FRAZO_CORE_TEXT_BPE_BPE_TOKENIZER_H_
#define FRAZO_CORE_TEXT_BPE_BPE_TOKENIZER_H_

#include <memory>

#include "absl/status/statusor.h"
#include "core/text/tokenizer.h"
#include "frazo/proto/tokenizer.pb.h"

namespace frazo::text {

// The tokenizer of `config`, whose kind is bpe: each word (words.h) is divided into its code
// points, which are joined pair by pair, best rank first and from the left (Sennrich et al. 2016,
// arXiv:1508.07909; the same pieces as subword-nmt's apply_bpe). A piece that does not end its word
// is the vocabulary's entry with `@@` behind it.
//
// Decode joins pieces at `@@` and words by single spaces. It gives back the text if all of its
// pieces are in the vocabulary, with one space between words and none at the ends; a piece outside
// of the vocabulary becomes the unknown token's name, as a word.
absl::StatusOr<std::unique_ptr<const Tokenizer>> CreateBpeTokenizer(const frazo::Tokenizer& config);

}  // namespace frazo::text

#endif  // FRAZO_CORE_TEXT_BPE_BPE_TOKENIZER_H_
