#ifndef FRAZO_CORE_TEXT_SENTENCEPIECE_SENTENCEPIECE_TOKENIZER_H_
#define FRAZO_CORE_TEXT_SENTENCEPIECE_SENTENCEPIECE_TOKENIZER_H_

#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/text/tokenizer.h"
#include "frazo/proto/tokenizer.pb.h"

namespace frazo::text {

// Creates the tokenizer of `config`, whose kind is sentencepiece: a unigram or BPE model of the
// sentencepiece library (Kudo and Richardson 2018, arXiv:1808.06226). Ids, spans and decoded texts
// are those of the library's version 0.2.3, also for bytes that are not UTF-8: each is read as
// U+FFFD. The start and the end of a sentence are the control pieces that the model names so,
// kNoToken if it has none.
//
// Decode returns the normalised text, with its visible blanks as blanks. That is the original text
// if the model's normalisation is `identity` and remove_extra_whitespaces is off, as build_vocab
// --kind=sentencepiece-... sets them, and if the text has no U+2581 and each of its characters has
// a piece or the model has byte fallback. Other models lose the differences that their
// normalisation removes. nmt_nfkc, the library's default, removes compatibility variants of
// characters (NFKC), control characters and the kinds of blanks; remove_extra_whitespaces removes
// blanks at the ends and runs of blanks.
absl::StatusOr<std::unique_ptr<const Tokenizer>> CreateSentencePieceTokenizer(
    const frazo::Tokenizer& config);

// Creates the tokenizer from the content of the model's file. `name` stands for its path in errors.
absl::StatusOr<std::unique_ptr<const Tokenizer>> ParseSentencePieceTokenizer(
    const frazo::Tokenizer& config, std::string_view model, std::string_view name);

}  // namespace frazo::text

#endif  // FRAZO_CORE_TEXT_SENTENCEPIECE_SENTENCEPIECE_TOKENIZER_H_
