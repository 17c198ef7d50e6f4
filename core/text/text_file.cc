#include "core/text/text_file.h"

#include <algorithm>
#include <memory>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/types/span.h"
#include "core/bytes/file_reader.h"
#include "core/status/status_macros.h"
#include "core/text/utf8.h"

namespace frazo::text {

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
  const auto ends_in_cr = [](std::string_view line) { return absl::EndsWith(line, "\r"); };
  if (std::all_of(lines.begin(), lines.end(), ends_in_cr)) {
    for (std::string_view& line : lines) line.remove_suffix(1);
  }
  return lines;
}

}  // namespace frazo::text
