#include "core/numeric/random.h"

namespace frazo::numeric {
namespace {

constexpr uint64_t kStep = 0x9e3779b97f4a7c15u;

// A one-to-one function; every bit of the result depends on every bit of `value`.
uint64_t Mix(uint64_t value) {
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9u;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebu;
  return value ^ (value >> 31);
}

}  // namespace

Random::Random(std::initializer_list<uint64_t> key) : state_(key.size()) {
  for (const uint64_t part : key) state_ = Mix(state_ + kStep + Mix(part + kStep));
}

uint64_t Random::Next() { return Mix(state_ += kStep); }

// The high half of a product is uniform if the low half avoids the values that occur once too
// often: Lemire, "Fast random integer generation in an interval" (2019).
uint64_t Random::Below(uint64_t bound) {
  while (true) {
    const unsigned __int128 product = static_cast<unsigned __int128>(Next()) * bound;
    const uint64_t low = static_cast<uint64_t>(product);
    if (low >= bound || low >= -bound % bound) return static_cast<uint64_t>(product >> 64);
  }
}

double Random::Fraction() { return static_cast<double>(Next() >> 11) * 0x1p-53; }

}  // namespace frazo::numeric
