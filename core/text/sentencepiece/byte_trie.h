#ifndef FRAZO_CORE_TEXT_SENTENCEPIECE_BYTE_TRIE_H_
#define FRAZO_CORE_TEXT_SENTENCEPIECE_BYTE_TRIE_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace frazo::text {

// A trie over bytes in one array (Aoe's double array): one look-up leads from a node to its child.
// Immutable and thread-safe.
class ByteTrie {
 public:
  static constexpr int32_t kNone = -1;

  struct Entry {
    std::string_view key;  // Not empty.
    int32_t value;         // >= 0
  };

  // An empty trie, which finds nothing.
  ByteTrie() : ByteTrie(std::vector<Entry>()) {}

  // No two keys may be equal.
  explicit ByteTrie(std::vector<Entry> entries);

  static constexpr int32_t kRoot = 0;

  // Returns kNone if no key continues from `node` with `byte`.
  int32_t Child(int32_t node, unsigned char byte) const {
    const size_t at = static_cast<size_t>(units_[node].base) + byte;
    return units_[at].parent == node ? static_cast<int32_t>(at) : kNone;
  }

  // Returns kNone if no key ends at `node`.
  int32_t Value(int32_t node) const { return units_[node].value; }

  // Returns the length of the longest key that `text` starts with; 0 if there is none.
  size_t LongestMatch(std::string_view text) const;

 private:
  class Builder;

  struct Unit {
    int32_t base = 0;        // The child for byte b is at base + b.
    int32_t parent = kNone;  // kNone if the unit is unused.
    int32_t value = kNone;
  };

  // There are 256 units after the last base, so that every look-up is within the array.
  std::vector<Unit> units_;
};

}  // namespace frazo::text

#endif  // FRAZO_CORE_TEXT_SENTENCEPIECE_BYTE_TRIE_H_
