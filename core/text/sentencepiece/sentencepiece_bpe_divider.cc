#include "core/text/sentencepiece/sentencepiece_bpe_divider.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "core/text/sentencepiece/sentencepiece_normalizer.h"
#include "core/text/utf8.h"

namespace frazo::text {
namespace {

// Returns where the first blank after another character starts; npos if there is none.
size_t FindInnerSpace(std::string_view text) {
  size_t from = 0;
  while (absl::StartsWith(text.substr(from), kSpaceSymbol)) from += kSpaceSymbol.size();
  return text.find(kSpaceSymbol, from);
}

}  // namespace

SentencePieceBpeDivider::SentencePieceBpeDivider(const SentencePieceModel& model,
                                                 const TokenIndex& pieces, ByteTrie user_defined)
    : pieces_(pieces), user_defined_(std::move(user_defined)) {
  for (int32_t id = 0; id < model.pieces_size(); ++id) {
    const SentencePieceModel::Piece& piece = model.pieces(id);
    scores_.push_back(piece.score());
    types_.push_back(piece.type());
    if (piece.type() == SentencePieceModel::UNKNOWN) unknown_piece_ = id;
    has_unused_ |= piece.type() == SentencePieceModel::UNUSED;
    longest_piece_ = std::max<int64_t>(longest_piece_, piece.text().size());
  }
  by_word_ = !has_unused_ && PiecesEndAtSpaces(model);
}

bool SentencePieceBpeDivider::PiecesEndAtSpaces(const SentencePieceModel& model) const {
  return std::all_of(model.pieces().begin(), model.pieces().end(), [](const auto& piece) {
    return FindInnerSpace(piece.text()) == std::string_view::npos;
  });
}

void SentencePieceBpeDivider::Divide(std::string_view normalized,
                                     std::vector<WordPiece>* pieces) const {
  const auto scratch = scratches_.Take();
  std::vector<WordPiece>& word_pieces = scratch->word_pieces;
  for (size_t begin = 0; begin < normalized.size();) {
    const std::string_view word = normalized.substr(begin, WordLength(normalized.substr(begin)));
    word_pieces.clear();
    if (!scratch->cache.Find(word, &word_pieces)) {
      DivideWord(word, &*scratch);
      scratch->cache.Insert(word, word_pieces);
    }
    for (const WordPiece& piece : word_pieces) {
      pieces->push_back({piece.id, static_cast<int64_t>(begin) + piece.end});
    }
    begin += word.size();
  }
}

size_t SentencePieceBpeDivider::WordLength(std::string_view normalized) const {
  return by_word_ ? std::min(FindInnerSpace(normalized), normalized.size()) : normalized.size();
}

void SentencePieceBpeDivider::DivideWord(std::string_view word, Scratch* scratch) const {
  Split(word, scratch);
  const std::vector<Symbol>& symbols = scratch->symbols;
  scratch->candidates.clear();
  if (has_unused_) scratch->left_sizes.resize(types_.size());
  for (int64_t left = 0; left + 1 < symbols.size(); ++left) Propose(word, left, scratch);
  JoinAll(word, scratch);
  for (int64_t at = 0; at < symbols.size(); at = symbols[at].next) {
    const Symbol& symbol = symbols[at];
    AppendPieces(word.substr(symbol.begin, symbol.end - symbol.begin), symbol.end, scratch);
  }
}

void SentencePieceBpeDivider::Split(std::string_view word, Scratch* scratch) const {
  scratch->symbols.clear();
  for (size_t begin = 0; begin < word.size();) {
    const std::string_view rest = word.substr(begin);
    const size_t user_defined = user_defined_.LongestMatch(rest);
    const size_t length = user_defined > 0 ? user_defined : DecodeUtf8(rest).length;
    const int64_t at = scratch->symbols.size();
    scratch->symbols.push_back({at - 1, at + 1, static_cast<int64_t>(begin),
                                static_cast<int64_t>(begin + length), user_defined > 0});
    begin += length;
  }
}

void SentencePieceBpeDivider::Propose(std::string_view word, int64_t left, Scratch* scratch) const {
  const std::vector<Symbol>& symbols = scratch->symbols;
  const int64_t right = symbols[left].next;
  if (right == symbols.size()) return;
  if (symbols[left].is_user_defined || symbols[right].is_user_defined) return;
  const int64_t begin = symbols[left].begin;
  const int64_t size = symbols[right].end - begin;
  if (size > longest_piece_) return;
  const int32_t piece = pieces_.Find(word.substr(begin, size));
  if (piece == TokenIndex::kNone) return;
  switch (types_[piece]) {
    case SentencePieceModel::UNUSED:
      scratch->left_sizes[piece] = symbols[left].end - begin;
      break;
    case SentencePieceModel::NORMAL:
    case SentencePieceModel::USER_DEFINED:
      break;
    default:
      return;
  }
  scratch->candidates.push_back({scores_[piece], left, size});
  std::push_heap(scratch->candidates.begin(), scratch->candidates.end(), IsWorse);
}

void SentencePieceBpeDivider::JoinAll(std::string_view word, Scratch* scratch) const {
  std::vector<Candidate>& candidates = scratch->candidates;
  std::vector<Symbol>& symbols = scratch->symbols;
  while (!candidates.empty()) {
    const Candidate candidate = candidates.front();
    std::pop_heap(candidates.begin(), candidates.end(), IsWorse);
    candidates.pop_back();
    Symbol& left = symbols[candidate.left];
    if (left.begin == left.end || left.next == symbols.size()) continue;
    Symbol& right = symbols[left.next];
    if (right.end - left.begin != candidate.size) continue;
    left.end = right.end;
    left.next = right.next;
    right.end = right.begin;
    if (left.next < symbols.size()) symbols[left.next].previous = candidate.left;
    if (left.previous >= 0) Propose(word, left.previous, scratch);
    Propose(word, candidate.left, scratch);
  }
}

void SentencePieceBpeDivider::AppendPieces(std::string_view text, int64_t end,
                                           Scratch* scratch) const {
  const int32_t piece = pieces_.Find(text);
  // A piece without text must not come from a text.
  if (piece == TokenIndex::kNone || types_[piece] == SentencePieceModel::CONTROL) {
    scratch->word_pieces.push_back({unknown_piece_, end});
    return;
  }
  const int64_t left_size =
      types_[piece] == SentencePieceModel::UNUSED ? scratch->left_sizes[piece] : 0;
  if (left_size == 0) {
    scratch->word_pieces.push_back({piece, end});
    return;
  }
  const int64_t right_size = text.size() - left_size;
  AppendPieces(text.substr(0, left_size), end - right_size, scratch);
  AppendPieces(text.substr(left_size), end, scratch);
}

}  // namespace frazo::text
