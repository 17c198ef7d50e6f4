#ifndef FRAZO_CORE_TEXT_WORDS_H_
#define FRAZO_CORE_TEXT_WORDS_H_

#include <cstddef>
#include <string_view>

namespace frazo::text {

// Whether a byte is a blank, which separates words: space, tab, line feed, vertical tab, form feed
// or carriage return. Unicode's other blanks, such as the no-break space, belong to words.
inline bool IsBlank(char byte) {
  return byte == ' ' || static_cast<unsigned char>(byte - '\t') <= '\r' - '\t';
}

// Calls visit(word, begin) for each part of `text` between blanks, from front to back. The word
// starts at byte `begin` and is not empty.
template <typename Visit>
void ForEachWord(std::string_view text, Visit visit) {
  const char* const start = text.data();
  const char* const end = start + text.size();
  for (const char* position = start;;) {
    while (position != end && IsBlank(*position)) ++position;
    if (position == end) return;
    const char* const word = position;
    do {
      ++position;
    } while (position != end && !IsBlank(*position));
    visit(std::string_view(word, position - word), static_cast<size_t>(word - start));
  }
}

}  // namespace frazo::text

#endif  // FRAZO_CORE_TEXT_WORDS_H_
