#ifndef FRAZO_CORE_TEXT_FINGERPRINT_H_
#define FRAZO_CORE_TEXT_FINGERPRINT_H_

#include <cstdint>
#include <string_view>

namespace frazo::text {

// A 64-bit hash of a sequence of texts and numbers (FNV-1a), the same on every machine. It tells
// one vocabulary from another; it is no defence against somebody who wants two to look alike.
class Fingerprint {
 public:
  // Texts are told apart from their concatenation: "a", "bc" differs from "ab", "c".
  void Add(std::string_view text) {
    Add(static_cast<int64_t>(text.size()));
    for (const char byte : text) AddByte(static_cast<unsigned char>(byte));
  }
  void Add(int64_t number) {
    for (int shift = 0; shift < 64; shift += 8) {
      AddByte(static_cast<unsigned char>(static_cast<uint64_t>(number) >> shift));
    }
  }

  uint64_t value() const { return value_; }

 private:
  void AddByte(unsigned char byte) { value_ = (value_ ^ byte) * 0x100000001b3u; }

  uint64_t value_ = 0xcbf29ce484222325u;
};

}  // namespace frazo::text

#endif  // FRAZO_CORE_TEXT_FINGERPRINT_H_
