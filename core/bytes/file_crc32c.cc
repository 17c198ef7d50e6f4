#include "core/bytes/file_crc32c.h"

#include <memory>
#include <utility>
#include <vector>

#include "core/bytes/crc32c.h"
#include "core/bytes/file_reader.h"
#include "core/status/status_macros.h"

namespace frazo::bytes {
namespace {

// Small enough to be still in the processor's cache when the CRC reads it.
constexpr size_t kReadBytes = 256 << 10;

}  // namespace

absl::StatusOr<uint32_t> FileCrc32c(std::string path) {
  FRAZO_ASSIGN_OR_RETURN(const std::unique_ptr<FileReader> file, FileReader::Open(std::move(path)));
  std::vector<char> buffer(kReadBytes);
  uint32_t crc = 0;
  while (true) {
    FRAZO_ASSIGN_OR_RETURN(const size_t count, file->Read(absl::MakeSpan(buffer)));
    if (count == 0) return crc;
    crc = ExtendCrc32c(crc, {buffer.data(), count});
  }
}

}  // namespace frazo::bytes
