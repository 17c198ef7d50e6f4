#include "core/bytes/text_head.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace frazo::bytes {
namespace {

// Whether every other byte is zero, as in ASCII's characters in UTF-16.
bool HasZerosAt(std::string_view head, size_t first) {
  return head.size() >= 4 && head[first] == 0 && head[first + 2] == 0 && head[1 - first] != 0 &&
         head[3 - first] != 0;
}

}  // namespace

absl::Status CheckNotUtf16(std::string_view head, std::string_view path) {
  const bool has_mark = absl::StartsWith(head, "\xff\xfe") || absl::StartsWith(head, "\xfe\xff");
  if (!has_mark && !HasZerosAt(head, 0) && !HasZerosAt(head, 1)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("'", path, "' is UTF-16; convert it to UTF-8, as by iconv -f UTF-16 -t UTF-8"));
}

}  // namespace frazo::bytes
