#ifndef FRAZO_CORE_PROCESS_WIRE_READER_H_
#define FRAZO_CORE_PROCESS_WIRE_READER_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace frazo::process {

// Reads the protobuf wire format of one message from front to back. Each Read returns false if the
// bytes are not what it expects, and never reads beyond the end. The reader then must not be used,
// except that cursor() tells how far it came.
class WireReader {
 public:
  enum class Type : uint8_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

  explicit WireReader(std::string_view message)
      : cursor_(message.data()), end_(message.data() + message.size()) {}

  bool at_end() const { return cursor_ == end_; }
  const char* cursor() const { return cursor_; }

  // Groups, an old feature of proto2, count as damage.
  bool ReadTag(uint32_t* field, Type* type) {
    uint64_t tag;
    if (!ReadVarint(&tag) || tag > 0xffffffffu || tag < 8) return false;
    *field = static_cast<uint32_t>(tag >> 3);
    *type = static_cast<Type>(tag & 7);
    return *type <= Type::kBytes || *type == Type::kFixed32;
  }

  bool ReadVarint(uint64_t* value) {
    uint64_t result = 0;
    for (int shift = 0; shift < 70 && cursor_ != end_; shift += 7) {
      const uint8_t byte = static_cast<uint8_t>(*cursor_++);
      result |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) {
        *value = result;
        return true;
      }
    }
    return false;
  }

  bool ReadFixed32(uint32_t* value) {
    if (end_ - cursor_ < 4) return false;
    std::memcpy(value, cursor_, 4);
    cursor_ += 4;
    return true;
  }

  // Reads a length and as many bytes.
  bool ReadBytes(std::string_view* bytes) {
    uint64_t length;
    if (!ReadVarint(&length) || length > static_cast<uint64_t>(end_ - cursor_)) return false;
    *bytes = {cursor_, static_cast<size_t>(length)};
    cursor_ += length;
    return true;
  }

  // Skips a value of that type.
  bool Skip(Type type) {
    uint64_t varint;
    std::string_view bytes;
    switch (type) {
      case Type::kVarint:
        return ReadVarint(&varint);
      case Type::kBytes:
        return ReadBytes(&bytes);
      case Type::kFixed64:
        return SkipBytes(8);
      case Type::kFixed32:
        return SkipBytes(4);
    }
    return false;
  }

 private:
  bool SkipBytes(ptrdiff_t count) {
    if (end_ - cursor_ < count) return false;
    cursor_ += count;
    return true;
  }

  const char* cursor_;
  const char* end_;
};

}  // namespace frazo::process

#endif  // FRAZO_CORE_PROCESS_WIRE_READER_H_
