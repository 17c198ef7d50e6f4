#ifndef FRAZO_CORE_RECORDS_RECORD_FORMAT_H_
#define FRAZO_CORE_RECORDS_RECORD_FORMAT_H_

#include <cstddef>
#include <cstdint>

// The framing of TFRecord. A file is a sequence of records, with nothing between them. A record is
//
//   offset      bytes   meaning
//   0           8       length of the data, unsigned, little-endian
//   8           4       masked CRC-32C of bytes 0-7, little-endian
//   12          length  the data
//   12 + length 4       masked CRC-32C of the data, little-endian
//
// With compression the whole file is compressed and the framing is inside.
namespace frazo::records {

inline constexpr size_t kRecordLengthBytes = 8;
inline constexpr size_t kRecordCrcBytes = 4;
inline constexpr size_t kRecordHeaderBytes = kRecordLengthBytes + kRecordCrcBytes;
inline constexpr size_t kRecordFooterBytes = kRecordCrcBytes;

// Reads a number in the sizeof(Integer) bytes from `bytes` on, lowest byte first.
template <typename Integer>
Integer LoadLittleEndian(const char* bytes) {
  Integer value = 0;
  for (size_t i = 0; i < sizeof(Integer); ++i) {
    value |= static_cast<Integer>(static_cast<unsigned char>(bytes[i])) << (8 * i);
  }
  return value;
}

// The inverse of LoadLittleEndian.
template <typename Integer>
void StoreLittleEndian(Integer value, char* bytes) {
  for (size_t i = 0; i < sizeof(Integer); ++i) bytes[i] = static_cast<char>(value >> (8 * i));
}

}  // namespace frazo::records

#endif  // FRAZO_CORE_RECORDS_RECORD_FORMAT_H_
