#ifndef FRAZO_CORE_BYTES_CRC32C_H_
#define FRAZO_CORE_BYTES_CRC32C_H_

#include <cstdint>
#include <string_view>

namespace frazo::bytes {

// Returns the CRC-32C (Castagnoli polynomial) of RFC 3720, section 12.1; 0 if there are no bytes.
uint32_t Crc32c(std::string_view bytes);

// Returns the CRC of a text followed by `bytes`, where `crc` is the CRC of the text.
uint32_t ExtendCrc32c(uint32_t crc, std::string_view bytes);

// Masks a CRC as TFRecord does: rotated right by 15 bits, plus a constant. The CRC of data that
// contains its own CRC would say nothing.
inline uint32_t MaskCrc32c(uint32_t crc) { return ((crc >> 15) | (crc << 17)) + 0xa282ead8u; }

}  // namespace frazo::bytes

#endif  // FRAZO_CORE_BYTES_CRC32C_H_
