#include "core/testing/fuzz_floats.h"

#include <algorithm>
#include <cstring>

namespace frazo {

std::vector<float> FloatsOf(const uint8_t* data, size_t size, size_t most) {
  std::vector<float> floats(std::min(size / sizeof(float), most));
  if (!floats.empty()) std::memcpy(floats.data(), data, floats.size() * sizeof(float));
  return floats;
}

std::string InputOf(const std::vector<float>& floats) {
  std::string input(floats.size() * sizeof(float), '\0');
  if (!floats.empty()) std::memcpy(input.data(), floats.data(), input.size());
  return input;
}

std::vector<std::string> SeedsOfBoxesAndPoints() {
  return {
      InputOf({0.5, 0, 0, 0, 4, 2, 1.5, 0, 0.5, 0, 0, 4, 2, 1.5, 0.1, 9, 9, 9, 1, 1, 1, 3}),
      InputOf({2, 0, 1, 2, 3, 4, 5, 6, 1, 1, 1, 2, 2, 2, 0, -1, -1, 0.5, 0.5, 0.25, 2, 1, 0, 0}),
      InputOf({1e-6f, 1e9f, 1e9f, 1e9f, 1e-9f, 1e9f, 1e9f, 1e30f, -1e30f, 3e38f, 0, 1, 1, 1, 0})};
}

}  // namespace frazo
