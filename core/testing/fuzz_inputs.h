#ifndef FRAZO_CORE_TESTING_FUZZ_INPUTS_H_
#define FRAZO_CORE_TESTING_FUZZ_INPUTS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace frazo {

// Makes inputs for a fuzz target. Each is a function of the seeds, a number and its index in the
// sequence. The first inputs are the seeds. The others are seeds with a few changes (bits flipped,
// bytes set, stretches removed, doubled, moved or taken from another seed), and some are random
// bytes.
class FuzzInputs {
 public:
  // `seeds` must not be empty. An input grows to about `most_bytes`, but seeds may be longer.
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
