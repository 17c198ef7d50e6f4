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

// The most probable division by a unigram model (Kudo 2018, arXiv:1804.10959, section 3.2), by
// dynamic programming front to back. Scores are added in the precision and order of the
// sentencepiece library, so that ties and near-ties are decided alike.
class UnigramDivider final : public SentencePieceDivider {
 public:
  // `model` has no piece twice, none that is empty, and one unknown piece.
  explicit UnigramDivider(const SentencePieceModel& model);

  void Divide(std::string_view normalized, std::vector<WordPiece>* pieces) const override;

 private:
  // The best division of the text up to a byte.
  struct Best {
    float score = 0;
    int32_t piece = -1;  // Its last piece.
    int64_t start = -1;  // Where that starts; -1 if no division ends here.
  };

  // Takes the division that ends with `piece` over [start, end) if it is better.
  static void Offer(float score, int32_t piece, int64_t start, Best* best);
  void Extend(std::string_view normalized, size_t start, std::vector<Best>* best) const;

  // Holds the pieces that text is divided into; the value is the piece.
  ByteTrie trie_;
  std::vector<float> scores_;
  std::vector<bool> is_user_defined_;
  float unknown_score_;
  int32_t unknown_piece_;
  mutable ScratchPool<std::vector<Best>> scratches_;
};

}  // namespace frazo::text

#endif  // FRAZO_CORE_TEXT_SENTENCEPIECE_UNIGRAM_DIVIDER_H_
