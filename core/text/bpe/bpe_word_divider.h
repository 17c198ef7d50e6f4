#ifndef FRAZO_CORE_TEXT_BPE_BPE_WORD_DIVIDER_H_
#define FRAZO_CORE_TEXT_BPE_BPE_WORD_DIVIDER_H_

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "core/text/bpe/bpe_merges.h"
#include "core/text/code_point_ids.h"
#include "core/text/word_cache.h"

namespace frazo::text {

// Returns the id of a piece; ends_word tells whether the piece ends its word.
using BpePieceIds = std::function<int32_t(std::string_view piece, bool ends_word)>;

// Divides words into pieces by merges. It takes O(n log n) for a word of n code points, because a
// "word" may be a whole file without blanks. Thread-safe once filled.
class BpeWordDivider {
 public:
  // Working memory, empty between calls.
  class Scratch {
    friend class BpeWordDivider;

    struct Symbol {
      int32_t
          symbol;  // kNone: a character that no merge has; kJoined: joined to an earlier symbol.
      int64_t previous;
      int64_t next;  // The index of the symbol after the last one of this.
      int64_t end;   // In bytes from the word's start.
    };
    struct Candidate {
      int32_t rank;
      int32_t merged;
      int32_t left_symbol;
      int32_t right_symbol;
      int64_t left;
    };

    std::vector<Symbol> symbols;
    std::vector<Candidate>
        candidates;  // A heap: the best rank is first, and of equal ranks the leftmost.
    std::vector<int64_t> joined;
  };

  // The constructor and AddCharacter() call `piece_ids` for the pieces of the merges. Characters
  // without a piece become `unknown_id`.
  BpeWordDivider(BpeMerges merges, BpePieceIds piece_ids, int32_t unknown_id);

  // Adds a character, as the end of words or elsewhere. Ignores texts that are not one code point,
  // and characters that it already has.
  void AddCharacter(std::string_view character, bool ends_word);

  // Appends the pieces of `word`, which must not be empty. Bytes that are not UTF-8 are read as
  // U+FFFD. Returns the number of invalid sequences.
  int64_t Divide(std::string_view word, Scratch* scratch, std::vector<WordPiece>* pieces) const;

 private:
  static constexpr int32_t kNone = BpeMerges::kNone;
  static constexpr int32_t kJoined = -2;

  // Whether `left` is to be joined later than `right`.
  static bool IsWorse(const Scratch::Candidate& left, const Scratch::Candidate& right) {
    return left.rank != right.rank ? left.rank > right.rank : left.left > right.left;
  }
  // Fills scratch->symbols with the word's characters.
  int64_t Split(std::string_view word, Scratch* scratch) const;
  // Adds the pair that starts at `left` if it is to be joined.
  void Propose(int64_t left, Scratch* scratch) const;
  // Joins all pairs of the best rank; false if there are none.
  bool JoinBest(Scratch* scratch) const;

  const BpeMerges merges_;
  const BpePieceIds find_piece_;
  // By symbol. Those from merges_.symbols().size() on are characters that no merge has.
  std::vector<int32_t> ids_;
  CodePointIds inner_symbols_;
  CodePointIds final_symbols_;
  const int32_t unknown_id_;
};

}  // namespace frazo::text

#endif  // FRAZO_CORE_TEXT_BPE_BPE_WORD_DIVIDER_H_
