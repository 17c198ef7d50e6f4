#include "core/text/sentencepiece/unigram_divider.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace frazo::text {
namespace {

// A character without a piece scores this much less than the worst piece.
constexpr float kUnknownPenalty = 10;

// The score of each byte of a user-defined piece after the first. The library's versions up to
// 0.2.1 have another value.
constexpr float kUserDefinedScore = 0.1;

// Returns the number of bytes of the character that starts at `start`, from its first byte.
size_t CharacterLength(std::string_view text, size_t start) {
  const auto lead = static_cast<unsigned char>(text[start]);
  const size_t length = lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  return std::min(length, text.size() - start);
}

}  // namespace

UnigramDivider::UnigramDivider(const SentencePieceModel& model) {
  float lowest_score = std::numeric_limits<float>::max();
  std::vector<ByteTrie::Entry> entries;
  for (int32_t id = 0; id < model.pieces_size(); ++id) {
    const SentencePieceModel::Piece& piece = model.pieces(id);
    scores_.push_back(piece.score());
    is_user_defined_.push_back(piece.type() == SentencePieceModel::USER_DEFINED);
    if (piece.type() == SentencePieceModel::UNKNOWN) unknown_piece_ = id;
    if (piece.type() == SentencePieceModel::NORMAL) {
      lowest_score = std::min(lowest_score, piece.score());
    }
    if (piece.type() == SentencePieceModel::NORMAL || is_user_defined_.back()) {
      entries.push_back({piece.text(), id});
    }
  }
  unknown_score_ = lowest_score - kUnknownPenalty;
  trie_ = ByteTrie(std::move(entries));
}

void UnigramDivider::Divide(std::string_view normalized, std::vector<WordPiece>* pieces) const {
  const auto scratch = scratches_.Take();
  std::vector<Best>& best = *scratch;
  best.assign(normalized.size() + 1, Best());
  for (size_t start = 0; start < normalized.size(); start += CharacterLength(normalized, start)) {
    Extend(normalized, start, &best);
  }
  const size_t before = pieces->size();
  for (int64_t end = normalized.size(); end > 0; end = best[end].start) {
    pieces->push_back({best[end].piece, end});
  }
  std::reverse(pieces->begin() + before, pieces->end());
}

void UnigramDivider::Extend(std::string_view normalized, size_t start,
                            std::vector<Best>* best) const {
  const float score_so_far = (*best)[start].score;
  const size_t length = CharacterLength(normalized, start);
  bool has_character = false;
  int32_t node = ByteTrie::kRoot;
  for (size_t end = start; end < normalized.size();) {
    node = trie_.Child(node, static_cast<unsigned char>(normalized[end++]));
    if (node == ByteTrie::kNone) break;
    const int32_t piece = trie_.Value(node);
    if (piece == ByteTrie::kNone) continue;
    // Better than other divisions of the same text, whose scores are logarithms of probabilities;
    // longer pieces are better.
    const float score = is_user_defined_[piece]
                            ? (end - start) * kUserDefinedScore - kUserDefinedScore
                            : scores_[piece];
    Offer(score + score_so_far, piece, start, &(*best)[end]);
    has_character |= end - start == length;
  }
  if (!has_character) {
    Offer(unknown_score_ + score_so_far, unknown_piece_, start, &(*best)[start + length]);
  }
}

void UnigramDivider::Offer(float score, int32_t piece, int64_t start, Best* best) {
  if (best->start >= 0 && score <= best->score) return;
  *best = {score, piece, start};
}

}  // namespace frazo::text
