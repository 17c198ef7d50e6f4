#include "core/align/text_units.h"

#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/text/utf8.h"
#include "core/text/words.h"

namespace frazo::align {

absl::StatusOr<Unit> ParseUnit(std::string_view name) {
  if (name == "words") return Unit::kWords;
  if (name == "characters") return Unit::kCharacters;
  return absl::InvalidArgumentError(
      absl::StrCat("unit is '", name, "' but must be words or characters"));
}

void SplitText(std::string_view text, Unit unit, std::vector<std::string_view>* units) {
  units->clear();
  text::ForEachWord(text, [&](std::string_view word, size_t) {
    if (unit == Unit::kWords) {
      units->push_back(word);
      return;
    }
    if (!units->empty()) units->push_back(" ");
    while (!word.empty()) {
      const text::Utf8Prefix prefix = text::DecodeUtf8(word);
      units->push_back(prefix.valid ? word.substr(0, prefix.length)
                                    : text::kReplacementCharacterUtf8);
      word.remove_prefix(prefix.length);
    }
  });
}

}  // namespace frazo::align
