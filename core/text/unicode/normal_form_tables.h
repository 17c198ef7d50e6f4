#ifndef FRAZO_CORE_TEXT_UNICODE_NORMAL_FORM_TABLES_H_
#define FRAZO_CORE_TEXT_UNICODE_NORMAL_FORM_TABLES_H_

#include <cstddef>
#include <cstdint>

// The tables that make_normal_form_tables.py writes. Each is sorted by its first members.
namespace frazo::text {

// A character that stands for `length` others, from index `begin` of a pool. They don't decompose
// further. Hangul syllables are not in the table.
struct Decomposition {
  char32_t code_point;
  uint16_t begin;
  uint16_t length;
};

struct CombiningClass {
  char32_t code_point;
  uint8_t number;
};

// A pair of characters that one stands for.
struct Composition {
  char32_t first;
  char32_t second;
  char32_t composed;
};

// Bits of kProperties: two for NFC, then two for NFKC.
enum NormalFormProperty : uint8_t {
  // Alone in a text, the character becomes another one or several.
  kChanges = 1,
  // It may be reordered or composed with the characters before it.
  kJoins = 2,
};

extern const Decomposition kCanonical[];
extern const size_t kCanonicalSize;
extern const char32_t kCanonicalPool[];
extern const Decomposition kCompatible[];
extern const size_t kCompatibleSize;
extern const char32_t kCompatiblePool[];
// Only classes that are not 0.
extern const CombiningClass kClasses[];
extern const size_t kClassesSize;
extern const Composition kCompositions[];
extern const size_t kCompositionsSize;
// The page of a code point is kPages[code_point / 256]; kProperties has 256 values a page.
extern const uint8_t kPages[];
extern const uint8_t kProperties[];

}  // namespace frazo::text

#endif  // FRAZO_CORE_TEXT_UNICODE_NORMAL_FORM_TABLES_H_
