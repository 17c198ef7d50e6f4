#ifndef FRAZO_CORE_BYTES_FILE_CRC32C_H_
#define FRAZO_CORE_BYTES_FILE_CRC32C_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace frazo::bytes {

// Returns the unmasked CRC-32C of all bytes of a file, without decompression. Errors: those of
// FileReader.
absl::StatusOr<uint32_t> FileCrc32c(std::string path);

}  // namespace frazo::bytes

#endif  // FRAZO_CORE_BYTES_FILE_CRC32C_H_
