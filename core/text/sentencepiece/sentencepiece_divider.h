#ifndef FRAZO_CORE_TEXT_SENTENCEPIECE_SENTENCEPIECE_DIVIDER_H_
#define FRAZO_CORE_TEXT_SENTENCEPIECE_SENTENCEPIECE_DIVIDER_H_

#include <string_view>
#include <vector>

#include "core/text/word_cache.h"

namespace frazo::text {

// Divides a normalised text into the pieces of a SentencePiece model. Thread-safe.
class SentencePieceDivider {
 public:
  virtual ~SentencePieceDivider() = default;

  // Appends the pieces of `normalized`, which cover all of it; their ends are byte positions in it.
  // A character without a piece becomes the unknown piece.
  virtual void Divide(std::string_view normalized, std::vector<WordPiece>* pieces) const = 0;
};

}  // namespace frazo::text

#endif  // FRAZO_CORE_TEXT_SENTENCEPIECE_SENTENCEPIECE_DIVIDER_H_
