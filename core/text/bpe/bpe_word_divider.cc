#include "core/text/bpe/bpe_word_divider.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "core/text/utf8.h"

namespace frazo::text {

BpeWordDivider::BpeWordDivider(BpeMerges merges, BpePieceIds piece_ids, int32_t unknown_id)
    : merges_(std::move(merges)), find_piece_(std::move(piece_ids)), unknown_id_(unknown_id) {
  const TokenIndex& symbols = merges_.symbols();
  for (int32_t symbol = 0; symbol < symbols.size(); ++symbol) {
    std::string_view piece = symbols.token(symbol);
    const bool ends_word = absl::ConsumeSuffix(&piece, BpeMerges::kEndOfWord);
    ids_.push_back(find_piece_(piece, ends_word));
    if (!piece.empty() && DecodeUtf8(piece).length == piece.size()) {
      (ends_word ? final_symbols_ : inner_symbols_).Set(DecodeUtf8(piece).code_point, symbol);
    }
  }
}

void BpeWordDivider::AddCharacter(std::string_view character, bool ends_word) {
  if (character.empty() || DecodeUtf8(character).length != character.size()) return;
  const char32_t code_point = DecodeUtf8(character).code_point;
  CodePointIds& symbols = ends_word ? final_symbols_ : inner_symbols_;
  if (symbols.Find(code_point) != CodePointIds::kNone) return;
  symbols.Set(code_point, static_cast<int32_t>(ids_.size()));
  ids_.push_back(find_piece_(character, ends_word));
}

int64_t BpeWordDivider::Divide(std::string_view word, Scratch* scratch,
                               std::vector<WordPiece>* pieces) const {
  const int64_t invalid = Split(word, scratch);
  const std::vector<Scratch::Symbol>& symbols = scratch->symbols;
  scratch->candidates.clear();
  for (int64_t left = 0; left + 1 < symbols.size(); ++left) Propose(left, scratch);
  while (JoinBest(scratch)) {
  }
  for (int64_t at = 0; at < symbols.size(); at = symbols[at].next) {
    const int32_t symbol = symbols[at].symbol;
    pieces->push_back({symbol == kNone ? unknown_id_ : ids_[symbol], symbols[at].end});
  }
  return invalid;
}

int64_t BpeWordDivider::Split(std::string_view word, Scratch* scratch) const {
  int64_t invalid = 0;
  scratch->symbols.clear();
  for (size_t begin = 0; begin < word.size();) {
    const Utf8Prefix prefix = DecodeUtf8(word.substr(begin));
    if (!prefix.valid) ++invalid;
    begin += prefix.length;
    const CodePointIds& known = begin == word.size() ? final_symbols_ : inner_symbols_;
    const int64_t at = scratch->symbols.size();
    scratch->symbols.push_back(
        {known.Find(prefix.code_point), at - 1, at + 1, static_cast<int64_t>(begin)});
  }
  return invalid;
}

void BpeWordDivider::Propose(int64_t left, Scratch* scratch) const {
  const std::vector<Scratch::Symbol>& symbols = scratch->symbols;
  const int64_t right = symbols[left].next;
  if (right == symbols.size()) return;
  const BpeMerges::Merge* merge = merges_.Find(symbols[left].symbol, symbols[right].symbol);
  if (merge == nullptr) return;
  scratch->candidates.push_back(
      {merge->rank, merge->merged, symbols[left].symbol, symbols[right].symbol, left});
  std::push_heap(scratch->candidates.begin(), scratch->candidates.end(), IsWorse);
}

bool BpeWordDivider::JoinBest(Scratch* scratch) const {
  std::vector<Scratch::Candidate>& candidates = scratch->candidates;
  std::vector<Scratch::Symbol>& symbols = scratch->symbols;
  if (candidates.empty()) return false;
  const int32_t rank = candidates.front().rank;
  scratch->joined.clear();
  // All pairs of one rank are joined before new pairs, even if those have a better rank, because
  // the merges were learnt so.
  while (!candidates.empty() && candidates.front().rank == rank) {
    const Scratch::Candidate candidate = candidates.front();
    std::pop_heap(candidates.begin(), candidates.end(), IsWorse);
    candidates.pop_back();
    Scratch::Symbol& left = symbols[candidate.left];
    if (left.symbol != candidate.left_symbol || left.next == symbols.size()) continue;
    Scratch::Symbol& right = symbols[left.next];
    if (right.symbol != candidate.right_symbol) continue;
    left.symbol = candidate.merged;
    left.next = right.next;
    left.end = right.end;
    if (right.next < symbols.size()) symbols[right.next].previous = candidate.left;
    right.symbol = kJoined;
    scratch->joined.push_back(candidate.left);
  }
  for (const int64_t at : scratch->joined) {
    if (symbols[at].previous >= 0) Propose(symbols[at].previous, scratch);
    Propose(at, scratch);
  }
  return true;
}

}  // namespace frazo::text
