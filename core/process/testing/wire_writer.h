#ifndef FRAZO_CORE_PROCESS_TESTING_WIRE_WRITER_H_
#define FRAZO_CORE_PROCESS_TESTING_WIRE_WRITER_H_

#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace frazo::process {

// For tests: writes pieces of the protobuf wire format, and tf.Examples made of them, so that a
// test decides every byte.

inline std::string Varint(uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) bytes.push_back(static_cast<char>(value | 0x80));
  bytes.push_back(static_cast<char>(value));
  return bytes;
}

// A field of type bytes, string or message.
inline std::string BytesMember(uint32_t field, std::string_view payload) {
  return Varint(field << 3 | 2) + Varint(payload.size()) + std::string(payload);
}

inline std::string VarintMember(uint32_t field, uint64_t value) {
  return Varint(field << 3 | 0) + Varint(value);
}

inline std::string FloatBits(float value) {
  std::string bytes(sizeof(value), '\0');
  std::memcpy(bytes.data(), &value, sizeof(value));
  return bytes;
}

inline std::string Fixed32Member(uint32_t field, float value) {
  return Varint(field << 3 | 5) + FloatBits(value);
}

// The content of a Feature: one list.
inline std::string Int64List(const std::vector<int64_t>& values) {
  std::string packed;
  for (const int64_t value : values) packed += Varint(static_cast<uint64_t>(value));
  return BytesMember(3, BytesMember(1, packed));
}

inline std::string UnpackedInt64List(const std::vector<int64_t>& values) {
  std::string list;
  for (const int64_t value : values) list += VarintMember(1, static_cast<uint64_t>(value));
  return BytesMember(3, list);
}

inline std::string FloatList(const std::vector<float>& values) {
  std::string packed;
  for (const float value : values) packed += FloatBits(value);
  return BytesMember(2, BytesMember(1, packed));
}

inline std::string UnpackedFloatList(const std::vector<float>& values) {
  std::string list;
  for (const float value : values) list += Fixed32Member(1, value);
  return BytesMember(2, list);
}

inline std::string BytesList(const std::vector<std::string>& values) {
  std::string list;
  for (const std::string& value : values) list += BytesMember(1, value);
  return BytesMember(1, list);
}

// An entry of Features.feature.
inline std::string FeatureEntry(std::string_view key, std::string_view feature) {
  return BytesMember(1, BytesMember(1, key) + BytesMember(2, feature));
}

// A tf.Example with these entries, in this order.
inline std::string TfExample(std::initializer_list<std::string> entries) {
  std::string features;
  for (const std::string& entry : entries) features += entry;
  return BytesMember(1, features);
}

}  // namespace frazo::process

#endif  // FRAZO_CORE_PROCESS_TESTING_WIRE_WRITER_H_
