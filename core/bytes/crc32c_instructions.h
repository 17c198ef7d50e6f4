#ifndef FRAZO_CORE_BYTES_CRC32C_INSTRUCTIONS_H_
#define FRAZO_CORE_BYTES_CRC32C_INSTRUCTIONS_H_

#include <cstddef>
#include <cstdint>

namespace frazo::bytes {

// Tells whether this processor has the instructions of ExtendByCrc32cInstructions: SSE 4.2 and
// carry-less multiplication on x86-64, the CRC-32 and PMULL instructions on aarch64.
bool HasCrc32cInstructions();

// Returns the CRC-32C register (the complement of the CRC) after `size` more bytes. It works on
// three parts of the bytes at once. Call it only if HasCrc32cInstructions(). 1 KiB takes 28 ns on
// an AMD EPYC of family 26. Abseil works on one part on processors that it does not know, and takes
// 190 ns. On aarch64 the Abseil in TensorFlow's library uses tables alone.
uint32_t ExtendByCrc32cInstructions(uint32_t reg, const char* bytes, size_t size);

}  // namespace frazo::bytes

#endif  // FRAZO_CORE_BYTES_CRC32C_INSTRUCTIONS_H_
