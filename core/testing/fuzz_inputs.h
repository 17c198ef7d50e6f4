#ifndef FRAZO_CORE_TESTING_FUZZ_INPUTS_H_
#define FRAZO_CORE_TESTING_FUZZ_INPUTS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace frazo {

// Inputs for a fuzz target, each a pure function of the seeds, a number and its index in the
// sequence: the seeds themselves first, then seeds with a few changes (bits flipped, bytes set,
// stretches removed, doubled, moved or taken from another seed) and some random bytes.
class FuzzInputs {
 public:
  // `seeds` is not empty. An input grows to about `most_bytes`, but seeds may be longer.
  FuzzInputs(std::vector<std::string> seeds, uint64_t number, size_t most_bytes);

  std::string Get(uint64_t index) const;

 private:
  class Random;

  void Change(Random* random, std::string* input) const;
  void ChangeBytes(Random* random, std::string* input) const;
  void ChangeStretch(Random* random, std::string* input) const;

  const std::vector<std::string> seeds_;
  const uint64_t number_;
  const size_t most_bytes_;
};

}  // namespace frazo

#endif  // FRAZO_CORE_TESTING_FUZZ_INPUTS_H_
