#ifndef FRAZO_CORE_TEXT_TESTING_ENCODED_H_
#define FRAZO_CORE_TEXT_TESTING_ENCODED_H_

#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "core/text/tokenizer.h"

namespace frazo::text {

// For tests: all results of encoding a text.
struct Encoded {
  std::vector<int32_t> ids;
  std::vector<TokenSpan> spans;
  int64_t invalid;
};

inline Encoded Encode(const Tokenizer& tokenizer, std::string_view text) {
  Encoded encoded;
  encoded.invalid = tokenizer.EncodeWithOffsets(text, &encoded.ids, &encoded.spans);
  return encoded;
}

inline std::vector<int32_t> Ids(const Tokenizer& tokenizer, std::string_view text) {
  std::vector<int32_t> ids;
  tokenizer.Encode(text, &ids);
  return ids;
}

// Returns the part of the text for each token.
inline std::vector<std::string> Parts(const Tokenizer& tokenizer, std::string_view text) {
  std::vector<std::string> parts;
  for (const TokenSpan& span : Encode(tokenizer, text).spans) {
    parts.emplace_back(text.substr(span.begin, span.end - span.begin));
  }
  return parts;
}

// Returns the pieces of the tokens.
inline std::vector<std::string> Pieces(const Tokenizer& tokenizer, std::string_view text) {
  std::vector<std::string> pieces;
  for (const int32_t id : Ids(tokenizer, text)) pieces.emplace_back(*tokenizer.IdToPiece(id));
  return pieces;
}

inline std::ostream& operator<<(std::ostream& out, const TokenSpan& span) {
  return out << "[" << span.begin << "," << span.end << ")";
}

}  // namespace frazo::text

#endif  // FRAZO_CORE_TEXT_TESTING_ENCODED_H_
