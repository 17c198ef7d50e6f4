#include <cstdlib>
#include <string_view>
#include <vector>

#include "core/testing/fuzz_target.h"
#include "core/text/bpe/bpe_merges.h"
#include "core/text/bpe/bpe_word_divider.h"

namespace frazo {

std::vector<std::string> FuzzSeeds() {
  return {"#version: 0.2\nt h\nth e</w>\na n\nan d</w>\n", "a a\naa a\na a</w>\naa aa</w>\n",
          "\u00e9 t\r\n\u00e9t \u00e9</w>\r\n", "a b\nab c</w>\nb c</w>\na bc</w>\n"};
}

}  // namespace frazo

// The content serves as merges and as the words that they divide.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view content(reinterpret_cast<const char*>(data), size);
  auto merges = frazo::text::BpeMerges::Parse(content, "fuzz");
  if (!merges.ok()) return 0;
  const frazo::text::BpeWordDivider divider(
      *std::move(merges), [](std::string_view, bool ends_word) { return ends_word ? 2 : 1; }, 0);
  frazo::text::BpeWordDivider::Scratch scratch;
  for (size_t begin = 0; begin < size; begin += 7) {
    const std::string_view word = content.substr(begin, 1 + begin % 30);
    std::vector<frazo::text::WordPiece> pieces;
    divider.Divide(word, &scratch, &pieces);
    // The pieces must cover the word, and only the last one may end it.
    if (pieces.empty() || pieces.back().end != word.size()) std::abort();
    int64_t end = 0;
    for (const frazo::text::WordPiece& piece : pieces) {
      if (piece.end <= end) std::abort();
      end = piece.end;
      if (piece.id == 2 && piece.end != word.size()) std::abort();
    }
  }
  return 0;
}
