#ifndef FRAZO_CORE_BYTES_CRC32C_H_
#define FRAZO_CORE_BYTES_CRC32C_H_

#include <cstdint>
#include <string_view>

namespace frazo::bytes {

// CRC-32C (Castagnoli polynomial) as in RFC 3720, section 12.1: of no bytes it is 0.
uint32_t Crc32c(std::string_view bytes);

// The CRC of a text followed by `bytes`, where `crc` is the CRC of the text.
uint32_t ExtendCrc32c(uint32_t crc, std::string_view bytes);

// TFRecord stores CRCs masked, because the CRC of bytes that hold their own CRC tells nothing:
// rotated right by 15 bits, plus a constant.
inline uint32_t MaskCrc32c(uint32_t crc) { return ((crc >> 15) | (crc << 17)) + 0xa282ead8u; }

}  // namespace frazo::bytes

#endif  // FRAZO_CORE_BYTES_CRC32C_H_
