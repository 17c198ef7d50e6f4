#ifndef FRAZO_CORE_NUMERIC_RANDOM_H_
#define FRAZO_CORE_NUMERIC_RANDOM_H_

#include <cstdint>
#include <initializer_list>
#include <utility>

namespace frazo::numeric {

// Random numbers that depend on their key alone, the same on every machine. The sequence is
// SplitMix64 of Steele, Lea and Flood ("Fast splittable pseudorandom number generators", OOPSLA
// 2014), started at a hash of the key. Its statistical quality is good; it is not for secrets.
class Random {
 public:
  explicit Random(std::initializer_list<uint64_t> key);

  // Returns a number that is uniform over all values.
  uint64_t Next();

  // Returns a number that is uniform over 0 .. bound - 1, without bias. `bound` >= 1.
  uint64_t Below(uint64_t bound);

  // Returns a number that is uniform over [0, 1), in steps of 2^-53.
  double Fraction();

 private:
  uint64_t state_;
};

// Shuffles the elements; every order is equally likely (Fisher and Yates).
template <typename Container>
void Permute(Random random, Container& elements) {
  using std::swap;
  for (uint64_t left = elements.size(); left > 1; --left) {
    swap(elements[left - 1], elements[random.Below(left)]);
  }
}

}  // namespace frazo::numeric

#endif  // FRAZO_CORE_NUMERIC_RANDOM_H_
