#ifndef FRAZO_CORE_TEXT_WORD_CACHE_H_
#define FRAZO_CORE_TEXT_WORD_CACHE_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "absl/types/span.h"
#include "core/text/word_hash.h"

namespace frazo::text {

// A part of a word: its id, and its end in bytes from the word's start.
struct WordPiece {
  int32_t id;
  int64_t end;
};

// Remembers the divisions of short words in a table of fixed size (1 MiB). A word replaces the
// previous word in its slot. Few words make up most of a text, so nearly all divisions come from
// the table. Not thread-safe.
class WordCache {
 public:
  // Appends the pieces of `word` if they are remembered.
  bool Find(std::string_view word, std::vector<WordPiece>* pieces) const {
    if (word.size() > kWordBytes || word.empty()) return false;
    const Entry& entry = entries_[Slot(word)];
    if (entry.size != word.size() || std::memcmp(entry.word, word.data(), word.size()) != 0) {
      return false;
    }
    for (size_t i = 0; i < entry.piece_count; ++i) {
      pieces->push_back({entry.ids[i], entry.ends[i]});
    }
    return true;
  }

  // Ignores words and divisions that are too long.
  void Insert(std::string_view word, absl::Span<const WordPiece> pieces) {
    if (word.size() > kWordBytes || word.empty() || pieces.size() > kPieces) return;
    Entry& entry = entries_[Slot(word)];
    entry.size = static_cast<uint8_t>(word.size());
    std::memcpy(entry.word, word.data(), word.size());
    entry.piece_count = static_cast<uint8_t>(pieces.size());
    for (size_t i = 0; i < pieces.size(); ++i) {
      entry.ids[i] = pieces[i].id;
      entry.ends[i] = static_cast<uint8_t>(pieces[i].end);
    }
  }

 private:
  static constexpr size_t kWordBytes = 22;
  static constexpr size_t kPieces = 8;
  static constexpr size_t kEntries = 1 << 14;

  struct Entry {
    uint8_t size = 0;  // 0 if the slot is empty.
    uint8_t piece_count;
    char word[kWordBytes];
    uint8_t ends[kPieces];
    int32_t ids[kPieces];
  };
  static_assert(sizeof(Entry) == 64, "an entry is one cache line");

  static size_t Slot(std::string_view word) { return HashWord(word, WordPrefix(word)) % kEntries; }

  std::vector<Entry> entries_ = std::vector<Entry>(kEntries);
};

}  // namespace frazo::text

#endif  // FRAZO_CORE_TEXT_WORD_CACHE_H_
