#ifndef FRAZO_CORE_TEXT_UNICODE_NORMAL_FORM_H_
#define FRAZO_CORE_TEXT_UNICODE_NORMAL_FORM_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace frazo::text {

// Unicode's normal forms with composed characters (Unicode Standard Annex 15).
enum class NormalForm {
  kNone,
  // Equal texts that are written with other characters become the same.
  kNfc,
  // Also texts that only look different: ligatures, full-width forms, no-break spaces.
  kNfkc,
};

// A normalized text, and which bytes of the source each of its bytes comes from.
class NormalizedText {
 public:
  const std::string& text() const { return text_; }

  // Returns the byte of the source at which the characters start that became the byte `offset` of
  // the text; the size of the source for the size of the text.
  size_t SourceOffset(size_t offset) const;

 private:
  friend class Normalizer;

  // The stretch of the source that became the bytes from `text_begin` to the next stretch.
  struct Stretch {
    size_t text_begin;
    size_t source_begin;
    // Byte i of one is byte i of the other.
    bool is_copy;
  };

  std::string text_;
  std::vector<Stretch> stretches_;
  size_t source_size_ = 0;
};

// Normalizes texts. Bytes that are not UTF-8 are kept. An object has the memory of its last text
// and is used by one thread at a time.
class Normalizer {
 public:
  // `removes_invisible`: leaves out soft hyphens (U+00AD), zero-width spaces (U+200B), word joiners
  // (U+2060) and byte order marks (U+FEFF), before anything else.
  Normalizer(NormalForm form, bool removes_invisible)
      : form_(form), removes_invisible_(removes_invisible) {}

  // The result is valid until the next call.
  const NormalizedText& Normalize(std::string_view source);

 private:
  struct Character {
    char32_t code_point;
    uint8_t combining_class;
  };

  // Returns the length of the characters at the front of `source` that are normalized together, and
  // whether they stay as they are.
  size_t FindStretch(std::string_view source, bool* is_copy) const;
  // Appends the normalized form of a stretch.
  void Convert(std::string_view stretch);
  bool IsRemoved(char32_t code_point) const;
  uint8_t Properties(char32_t code_point) const;
  // Appends the characters that a character stands for to characters_.
  void Decompose(char32_t code_point);
  void Append(char32_t code_point);
  // Do the rest of the work on characters_.
  void Order();
  void Compose();
  void BeginStretch(size_t source_begin, bool is_copy);

  const NormalForm form_;
  const bool removes_invisible_;
  std::vector<Character> characters_;
  NormalizedText result_;
};

}  // namespace frazo::text

#endif  // FRAZO_CORE_TEXT_UNICODE_NORMAL_FORM_H_
