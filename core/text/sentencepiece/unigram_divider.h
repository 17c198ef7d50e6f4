#ifndef FRAZO_CORE_TEXT_SENTENCEPIECE_UNIGRAM_DIVIDER_H_
#define FRAZO_CORE_TEXT_SENTENCEPIECE_UNIGRAM_DIVIDER_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/text/scratch_pool.h"
#include "core/text/sentencepiece/byte_trie.h"
#include "core/text/sentencepiece/sentencepiece_divider.h"
#include "core/text/sentencepiece/sentencepiece_model.pb.h"

namespace frazo::text {

// Finds the most probable division by a unigram model (Kudo 2018, arXiv:1804.10959, section 3.2),
// by dynamic programming from front to back. It adds scores in the precision and order of the
// sentencepiece library, so that ties and near-ties have the same result.
class UnigramDivider final : public SentencePieceDivider {
 public:
  // `model` must have no piece twice, no empty piece, and one unknown piece.
  explicit UnigramDivider(const SentencePieceModel& model);

  void Divide(std::string_view normalized, std::vector<WordPiece>* pieces) const override;

 private:
  // The best division of the text up to a byte.
  struct Best {
    float score = 0;
    int32_t piece = -1;  // Its last piece.
    int64_t start = -1;  // Where the last piece starts; -1 if no division ends here.
  };

  // Takes the division that ends with `piece` over [start, end) if it is better.
  static void Offer(float score, int32_t piece, int64_t start, Best* best);
  void Extend(std::string_view normalized, size_t start, std::vector<Best>* best) const;

  // The pieces that text is divided into; the value is the id.
  ByteTrie trie_;
  std::vector<float> scores_;
  std::vector<bool> is_user_defined_;
  float unknown_score_;
  int32_t unknown_piece_;
  mutable ScratchPool<std::vector<Best>> scratches_;
};

}  // namespace frazo::text

#endif  // FRAZO_CORE_TEXT_SENTENCEPIECE_UNIGRAM_DIVIDER_H_
