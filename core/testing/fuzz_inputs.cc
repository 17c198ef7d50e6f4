#include "core/testing/fuzz_inputs.h"

#include <utility>

namespace frazo {

// SplitMix64 (Steele, Lea, Flood 2014): it gives the same numbers everywhere, from any state.
class FuzzInputs::Random {
 public:
  explicit Random(uint64_t state) : state_(state) {}

  uint64_t Next() {
    state_ += 0x9e3779b97f4a7c15;
    uint64_t bits = state_;
    bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9;
    bits = (bits ^ (bits >> 27)) * 0x94d049bb133111eb;
    return bits ^ (bits >> 31);
  }

  // Returns 0 to bound - 1; `bound` is at least 1. The small bias does no harm here.
  size_t Below(size_t bound) { return Next() % bound; }

 private:
  uint64_t state_;
};

FuzzInputs::FuzzInputs(std::vector<std::string> seeds, uint64_t number, size_t most_bytes)
    : seeds_(std::move(seeds)), number_(number), most_bytes_(most_bytes) {}

std::string FuzzInputs::Get(uint64_t index) const {
  if (index < seeds_.size()) return seeds_[index];
  Random random(Random(number_).Next() ^ index);
  if (random.Below(32) == 0) {
    std::string input(random.Below(64), '\0');
    for (char& byte : input) byte = static_cast<char>(random.Next());
    return input;
  }
  std::string input = seeds_[random.Below(seeds_.size())];
  // Mostly few changes, so that much of the input is read before an error.
  for (size_t changes = 1 + random.Below(1 + random.Below(16)); changes > 0; --changes) {
    Change(&random, &input);
  }
  return input;
}

void FuzzInputs::Change(Random* random, std::string* input) const {
  if (input->empty() || random->Below(2) == 0) {
    ChangeBytes(random, input);
  } else {
    ChangeStretch(random, input);
  }
}

void FuzzInputs::ChangeBytes(Random* random, std::string* input) const {
  // Bytes with a special meaning: zeros and ones, ends of lines and columns, parts of UTF-8
  // sequences.
  constexpr unsigned char kTelling[] = {0x00, 0xff, '\n', '\r', '\t', ' ',  0x7f, 0x80,
                                        0xbf, 0xc2, 0xe0, 0xed, 0xf0, 0xf4, '<',  '@'};
  if (input->empty() || random->Below(4) == 0) {
    if (input->size() >= most_bytes_) return;
    input->insert(random->Below(input->size() + 1), 1 + random->Below(4),
                  static_cast<char>(kTelling[random->Below(sizeof(kTelling))]));
    return;
  }
  char& byte = (*input)[random->Below(input->size())];
  switch (random->Below(4)) {
    case 0:
      byte = static_cast<char>(random->Next());
      break;
    case 1:
      byte = static_cast<char>(kTelling[random->Below(sizeof(kTelling))]);
      break;
    case 2:
      byte = static_cast<char>(byte + random->Below(5) - 2);
      break;
    default:
      byte = static_cast<char>(byte ^ (1 << random->Below(8)));
  }
}

void FuzzInputs::ChangeStretch(Random* random, std::string* input) const {
  const size_t begin = random->Below(input->size());
  const size_t length = 1 + random->Below(1 + random->Below(input->size() - begin));
  const size_t target = random->Below(input->size() + 1);
  switch (random->Below(4)) {
    case 0:
      input->erase(begin, length);
      break;
    case 1:
      input->resize(begin);
      break;
    case 2:
      if (input->size() < most_bytes_) input->insert(target, input->substr(begin, length));
      break;
    default: {
      const std::string& other = seeds_[random->Below(seeds_.size())];
      if (other.empty() || input->size() >= most_bytes_) return;
      input->insert(target, other.substr(random->Below(other.size()), length));
    }
  }
}

}  // namespace frazo
