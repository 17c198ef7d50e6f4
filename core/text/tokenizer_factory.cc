#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "core/status/status_macros.h"
#include "core/text/bpe/bpe_tokenizer.h"
#include "core/text/grapheme_tokenizer.h"
#include "core/text/normalizing_tokenizer.h"
#include "core/text/sentencepiece/sentencepiece_tokenizer.h"
#include "core/text/tokenizer.h"
#include "core/text/word_piece_tokenizer.h"
#include "core/text/word_tokenizer.h"

namespace frazo::text {
namespace {

absl::StatusOr<std::unique_ptr<const Tokenizer>> CreateOfKind(const frazo::Tokenizer& config) {
  switch (config.kind_case()) {
    case frazo::Tokenizer::kGrapheme:
      return CreateGraphemeTokenizer(config);
    case frazo::Tokenizer::kWord:
      return CreateWordTokenizer(config);
    case frazo::Tokenizer::kBpe:
      return CreateBpeTokenizer(config);
    case frazo::Tokenizer::kSentencepiece:
      return CreateSentencePieceTokenizer(config);
    case frazo::Tokenizer::kWordPiece:
      return CreateWordPieceTokenizer(config);
    case frazo::Tokenizer::KIND_NOT_SET:
      break;
  }
  return absl::InvalidArgumentError(
      "tokenizer: no kind is set; set one of grapheme, word, bpe, sentencepiece, word_piece");
}

}  // namespace

absl::StatusOr<std::unique_ptr<const Tokenizer>> Tokenizer::Create(const frazo::Tokenizer& config) {
  FRAZO_ASSIGN_OR_RETURN(std::unique_ptr<const Tokenizer> tokenizer, CreateOfKind(config));
  return Normalizing(config, std::move(tokenizer));
}

}  // namespace frazo::text
