#include "core/bytes/crc32c.h"

#include "absl/crc/crc32c.h"
#include "core/bytes/crc32c_instructions.h"

namespace frazo::bytes {

uint32_t Crc32c(std::string_view bytes) { return ExtendCrc32c(0, bytes); }

uint32_t ExtendCrc32c(uint32_t crc, std::string_view bytes) {
  if (HasCrc32cInstructions()) return ~ExtendByCrc32cInstructions(~crc, bytes.data(), bytes.size());
  return static_cast<uint32_t>(absl::ExtendCrc32c(absl::crc32c_t{crc}, bytes));
}

}  // namespace frazo::bytes
