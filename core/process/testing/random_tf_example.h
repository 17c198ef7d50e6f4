#ifndef FRAZO_CORE_PROCESS_TESTING_RANDOM_TF_EXAMPLE_H_
#define FRAZO_CORE_PROCESS_TESTING_RANDOM_TF_EXAMPLE_H_

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "core/process/testing/wire_writer.h"

namespace frazo::process {

// Writes random tf.Examples with the features a (INT64), b (FLOAT32), c (BYTES), d (INT32) and e
// (UINT8), in any order; some are missing, doubled, in parts, or unknown.
class RandomTfExample {
 public:
  explicit RandomTfExample(uint64_t seed) : random_(seed) {}

  std::string Make() {
    std::string features;
    for (size_t entries = Draw(8); entries > 0; --entries) features += Entry();
    return BytesMember(1, features);
  }

 private:
  size_t Draw(size_t bound) { return random_() % bound; }

  std::string Entry() {
    switch (Draw(6)) {
      case 0:
        return FeatureEntry("a", Parts([&] { return Integers(63); }));
      case 1:
        return FeatureEntry("b", Parts([&] { return Floats(); }));
      case 2:
        return FeatureEntry("c", Parts([&] { return BytesList({Bytes(), Bytes()}); }));
      case 3:
        return FeatureEntry("d", Parts([&] { return Integers(31); }));
      case 4:
        return FeatureEntry("e", BytesList({Bytes()}));
      default:
        return FeatureEntry("other", Integers(63));
    }
  }

  template <typename MakePart>
  std::string Parts(MakePart make_part) {
    std::string parts;
    for (size_t count = 1 + Draw(2); count > 0; --count) parts += make_part();
    return parts;
  }

  std::string Integers(int bits) {
    std::vector<int64_t> values(Draw(5));
    for (int64_t& value : values) {
      value = static_cast<int64_t>(random_()) >> (63 - Draw(bits + 1));
    }
    return Draw(2) == 0 ? Int64List(values) : UnpackedInt64List(values);
  }

  std::string Floats() {
    std::vector<float> values(Draw(5));
    for (float& value : values) value = static_cast<float>(Draw(100)) / 8;
    return Draw(2) == 0 ? FloatList(values) : UnpackedFloatList(values);
  }

  std::string Bytes() { return std::string(1 + Draw(200), static_cast<char>(Draw(256))); }

  std::mt19937_64 random_;
};

}  // namespace frazo::process

#endif  // FRAZO_CORE_PROCESS_TESTING_RANDOM_TF_EXAMPLE_H_
