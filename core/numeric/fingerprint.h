#ifndef FRAZO_CORE_NUMERIC_FINGERPRINT_H_
#define FRAZO_CORE_NUMERIC_FINGERPRINT_H_

#include <cstdint>
#include <string_view>

namespace frazo::numeric {

// A 64-bit hash of a sequence of texts and numbers (FNV-1a), the same on every machine. It tells
// vocabularies and lists of files apart. It does not protect against deliberate collisions.
class Fingerprint {
 public:
  // Adds a text with its length: "a", "bc" differs from "ab", "c".
  void Add(std::string_view text) {
    Add(static_cast<int64_t>(text.size()));
    AddBytes(text);
  }
  void Add(int64_t number) {
    for (int shift = 0; shift < 64; shift += 8) {
      AddByte(static_cast<unsigned char>(static_cast<uint64_t>(number) >> shift));
    }
  }

  // Adds bytes without their length: "a", "bc" equals "ab", "c".
  void AddBytes(std::string_view bytes) {
    for (const char byte : bytes) AddByte(static_cast<unsigned char>(byte));
  }

  uint64_t value() const { return value_; }

 private:
  void AddByte(unsigned char byte) { value_ = (value_ ^ byte) * 0x100000001b3u; }

  uint64_t value_ = 0xcbf29ce484222325u;
};

// Returns the hash of a sequence of fingerprints, given the hash of those before (0 for none) and
// the next one. An odd factor and a fold make the result depend on every bit and on the order.
inline uint64_t CombineFingerprints(uint64_t before, uint64_t next) {
  const uint64_t hash = (before ^ next) * 0x9e3779b97f4a7c15u;
  return hash ^ hash >> 32;
}

}  // namespace frazo::numeric

#endif  // FRAZO_CORE_NUMERIC_FINGERPRINT_H_
