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

// Divides texts as SentencePiece's BPE models do: it joins neighbours whose joined text is a piece,
// best score first and from the left.
class SentencePieceBpeDivider final : public SentencePieceDivider {
 public:
  // `model` must have no piece twice, no empty piece, and one unknown piece. `pieces` has its
  // pieces by id, and must outlive this. `user_defined` has those that are never divided.
  SentencePieceBpeDivider(const SentencePieceModel& model, const TokenIndex& pieces,
                          ByteTrie user_defined);

  void Divide(std::string_view normalized, std::vector<WordPiece>* pieces) const override;

 private:
  struct Symbol {
    int64_t previous;
    int64_t next;  // The index of the symbol after the last one of this.
    int64_t begin;
    int64_t end;  // begin == end: joined to an earlier symbol.
    bool is_user_defined;
  };
  struct Candidate {
    float score;
    int64_t left;
    int64_t size;  // In bytes; a candidate whose size has changed is out of date.
  };
  struct Scratch {
    std::vector<Symbol> symbols;
    std::vector<Candidate>
        candidates;  // A heap: the best is first, and of equal ones the leftmost.
    // By unused piece: the number of bytes of the left one of the two that were last joined to it.
    std::vector<int64_t> left_sizes;
    std::vector<WordPiece> word_pieces;
    WordCache cache;
  };

  static bool IsWorse(const Candidate& left, const Candidate& right) {
    return left.score != right.score ? left.score < right.score : left.left > right.left;
  }
  // Whether no piece has a blank after another character, so that words don't affect each other.
  bool PiecesEndAtSpaces(const SentencePieceModel& model) const;
  // Returns the number of bytes of the first word: up to a blank after another character.
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
