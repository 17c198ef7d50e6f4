#ifndef FRAZO_CORE_ALIGN_TEXT_UNITS_H_
#define FRAZO_CORE_ALIGN_TEXT_UNITS_H_

#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace frazo::align {

// What texts are aligned by.
//
// A blank is one of ASCII's: space, tab, line feed, vertical tab, form feed, carriage return.
// Unicode's other blanks, such as the no-break space, are characters like all others.
enum class Unit {
  // What stands between blanks.
  kWords,
  // Code points: a combining mark is one of its own. A run of blanks is one space, and there is
  // none
  // at the start and at the end. Bytes that are not UTF-8 are read as U+FFFD.
  kCharacters,
};

// Returns the unit of this name, "words" or "characters". Error: kInvalidArgument for another name.
absl::StatusOr<Unit> ParseUnit(std::string_view name);

// Replaces `units` by those of `text`. They point into `text` or to constants.
void SplitText(std::string_view text, Unit unit, std::vector<std::string_view>* units);

}  // namespace frazo::align

#endif  // FRAZO_CORE_ALIGN_TEXT_UNITS_H_
