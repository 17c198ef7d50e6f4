#ifndef FRAZO_CORE_BYTES_TEXT_HEAD_H_
#define FRAZO_CORE_BYTES_TEXT_HEAD_H_

#include <string_view>

#include "absl/status/status.h"

namespace frazo::bytes {

// U+FEFF in UTF-8. Some programs write it before a text. It marks the file and is no part of the
// text.
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

// Checks the first bytes of a text, 4 or more of them if there are as many. Error: kInvalidArgument
// for UTF-16, with or without a byte order mark; it names '`path`' and the remedy.
absl::Status CheckNotUtf16(std::string_view head, std::string_view path);

}  // namespace frazo::bytes

#endif  // FRAZO_CORE_BYTES_TEXT_HEAD_H_
