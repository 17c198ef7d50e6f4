#include "core/bytes/byte_source.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/status/status_macros.h"

namespace frazo::bytes {
namespace {

constexpr int64_t kDiscardBytes = 64 << 10;

}  // namespace

absl::Status ByteSource::Skip(int64_t bytes) {
  std::vector<char> discarded(std::min(bytes, kDiscardBytes));
  int64_t left = bytes;
  while (left > 0) {
    const int64_t wanted = std::min<int64_t>(left, discarded.size());
    FRAZO_ASSIGN_OR_RETURN(const size_t count, Read(absl::MakeSpan(discarded.data(), wanted)));
    if (count == 0) {
      return absl::DataLossError(absl::StrCat("'", path(), "' ends ", left,
                                              " bytes before the place to read from, byte ", bytes,
                                              "; the file has been cut short or replaced since"));
    }
    left -= count;
  }
  return absl::OkStatus();
}

}  // namespace frazo::bytes
