#ifndef FRAZO_CORE_TEXT_NORMALIZING_TOKENIZER_H_
#define FRAZO_CORE_TEXT_NORMALIZING_TOKENIZER_H_

#include <memory>

#include "absl/status/statusor.h"
#include "core/text/tokenizer.h"
#include "frazo/proto/tokenizer.pb.h"

namespace frazo::text {

// Returns a tokenizer that normalizes a text as `config` says before `tokenizer` encodes it;
// `tokenizer` itself if nothing is to be done. Offsets are those of the given text. Error:
// kInvalidArgument for a number that stands for no normalization.
absl::StatusOr<std::unique_ptr<const Tokenizer>> Normalizing(
    const frazo::Tokenizer& config, std::unique_ptr<const Tokenizer> tokenizer);

}  // namespace frazo::text

#endif  // FRAZO_CORE_TEXT_NORMALIZING_TOKENIZER_H_
