#ifndef FRAZO_CORE_TEXT_SENTENCEPIECE_SENTENCEPIECE_BPE_DIVIDER_H_
#define FRAZO_CORE_TEXT_SENTENCEPIECE_SENTENCEPIECE_BPE_DIVIDER_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/text/scratch_pool.h"
#include "core/text/sentencepiece/byte_trie.h"
#include "core/text/sentencepiece/sentencepiece_divider.h"
#include "core/text/sentencepiece/sentencepiece_model.pb.h"
#include "core/text/token_index.h"

namespace frazo::text {

// The division that SentencePiece's BPE models give: neighbours whose joined text is a piece are
// joined, best score first and from the left.
class SentencePieceBpeDivider final : public SentencePieceDivider {
 public:
  // `model` has no piece twice, none that is empty, and one unknown piece. `pieces` holds its
  // pieces by id, and outlives this. `user_defined` holds those that are taken as they stand.
  SentencePieceBpeDivider(const SentencePieceModel& model, const TokenIndex& pieces,
                          ByteTrie user_defined);

  void Divide(std::string_view normalized, std::vector<WordPiece>* pieces) const override;

 private:
  struct Symbol {
    int64_t previous;
    int64_t next;  // The number of symbols behind the last one.
    int64_t begin;
    int64_t end;  // begin == end: joined to one before.
    bool is_user_defined;
  };
  struct Candidate {
    float score;
    int64_t left;
    int64_t size;  // In bytes; tells a candidate that is out of date.
  };
  struct Scratch {
    std::vector<Symbol> symbols;
    std::vector<Candidate> candidates;  // A heap, the best and of these the leftmost first.
    // By unused piece: bytes of the left one of the two that were joined to it last.
    std::vector<int64_t> left_sizes;
    std::vector<WordPiece> word_pieces;
    WordCache cache;
  };

  static bool IsWorse(const Candidate& left, const Candidate& right) {
    return left.score != right.score ? left.score < right.score : left.left > right.left;
  }
  // No piece has a blank behind something else, so that words do not act on each other.
  bool PiecesEndAtSpaces(const SentencePieceModel& model) const;
  // Bytes of the first word: up to a blank behind something else.
  size_t WordLength(std::string_view normalized) const;
  void DivideWord(std::string_view word, Scratch* scratch) const;
  void Split(std::string_view word, Scratch* scratch) const;
  void Propose(std::string_view word, int64_t left, Scratch* scratch) const;
  void JoinAll(std::string_view word, Scratch* scratch) const;
  // Appends `text` to scratch->word_pieces, its parts if it is an unused piece.
  void AppendPieces(std::string_view text, int64_t end, Scratch* scratch) const;

  const TokenIndex& pieces_;
  const ByteTrie user_defined_;
  std::vector<float> scores_;
  std::vector<SentencePieceModel::PieceType> types_;
  int32_t unknown_piece_ = 0;
  int64_t longest_piece_ = 0;
  bool has_unused_ = false;
  bool by_word_ = false;
  mutable ScratchPool<Scratch> scratches_;
};

}  // namespace frazo::text

#endif  // FRAZO_CORE_TEXT_SENTENCEPIECE_SENTENCEPIECE_BPE_DIVIDER_H_
