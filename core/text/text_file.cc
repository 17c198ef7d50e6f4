#include "core/text/text_file.h"

#include <algorithm>
#include <memory>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "absl/types/span.h"
#include "core/bytes/file_reader.h"
#include "core/bytes/text_head.h"
#include "core/status/status_macros.h"
#include "core/text/utf8.h"

namespace frazo::text {
namespace {

bool EndsInCr(std::string_view line) { return absl::EndsWith(line, "\r"); }

// Removes the CR of each line if the lines end in CR LF. `last_has_end`: the last one ends in LF.
absl::Status RemoveCarriageReturns(bool last_has_end, std::string_view name,
                                   std::vector<std::string_view>* lines) {
  const auto ends = lines->end() - (last_has_end || lines->empty() ? 0 : 1);
  const auto with_cr = std::find_if(lines->begin(), ends, [](std::string_view line) {
    return line.size() > 1 && EndsInCr(line);
  });
  const auto without = std::find_if_not(lines->begin(), ends, EndsInCr);
  if (without == ends) {
    for (std::string_view& line : *lines) absl::ConsumeSuffix(&line, "\r");
    return absl::OkStatus();
  }
  if (with_cr == ends) return absl::OkStatus();
  // Later of the two, because there the ends change.
  const auto number = [&](auto line) { return line - lines->begin() + 1; };
  const bool cr_is_later = with_cr > without;
  return absl::InvalidArgumentError(absl::StrCat(
      "'", name, "':", number(cr_is_later ? with_cr : without), ": the line ends in ",
      cr_is_later ? "CR LF, but line " : "LF, but line ", number(cr_is_later ? without : with_cr),
      cr_is_later ? " in LF" : " in CR LF", "; let all lines end in LF, as by sed -i 's/\\r$//'"));
}

}  // namespace

absl::StatusOr<std::string> ReadTextFile(const std::string& path) {
  constexpr size_t kReadBytes = 1 << 20;
  FRAZO_ASSIGN_OR_RETURN(const std::unique_ptr<bytes::FileReader> file,
                         bytes::FileReader::Open(path));
  std::string content;
  while (true) {
    const size_t size = content.size();
    content.resize(size + kReadBytes);
    FRAZO_ASSIGN_OR_RETURN(const size_t got,
                           file->Read(absl::MakeSpan(content.data() + size, kReadBytes)));
    content.resize(size + got);
    if (got == 0) return content;
  }
}

absl::StatusOr<std::vector<std::string_view>> SplitLines(std::string_view content,
                                                         std::string_view name) {
  FRAZO_RETURN_IF_ERROR(bytes::CheckNotUtf16(content, name));
  if (absl::StartsWith(content, "\x1f\x8b")) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", name, "' is compressed with gzip; unpack it, as by gunzip"));
  }
  absl::ConsumePrefix(&content, bytes::kByteOrderMark);
  std::vector<std::string_view> lines;
  for (std::string_view rest = content; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    if (const size_t valid = ValidUtf8Length(line); valid != line.size()) {
      return absl::InvalidArgumentError(absl::StrFormat(
          "'%s':%d: byte %d of the line, %#04x, is not UTF-8; convert the file to UTF-8", name,
          lines.size() + 1, valid + 1, static_cast<unsigned char>(line[valid])));
    }
    lines.push_back(line);
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
  }
  FRAZO_RETURN_IF_ERROR(RemoveCarriageReturns(absl::EndsWith(content, "\n"), name, &lines));
  return lines;
}

}  // namespace frazo::text
