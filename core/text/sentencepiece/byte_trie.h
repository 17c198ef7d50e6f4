#ifndef FRAZO_CORE_TEXT_SENTENCEPIECE_BYTE_TRIE_H_
#define FRAZO_CORE_TEXT_SENTENCEPIECE_BYTE_TRIE_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace frazo::text {

// A trie over bytes in one array (Aoe's double array): a step from a node to its child is one
// look-up. Immutable and thread-safe.
class ByteTrie {
 public:
  static constexpr int32_t kNone = -1;

  struct Entry {
    std::string_view key;  // Not empty.
    int32_t value;         // >= 0
  };

  // An empty trie, in which nothing is found.
  ByteTrie() : ByteTrie(std::vector<Entry>()) {}

  // No two keys are equal.
  explicit ByteTrie(std::vector<Entry> entries);

  static constexpr int32_t kRoot = 0;

  // kNone if no key goes on from `node` with `byte`.
  int32_t Child(int32_t node, unsigned char byte) const {
    const size_t at = static_cast<size_t>(units_[node].base) + byte;
    return units_[at].parent == node ? static_cast<int32_t>(at) : kNone;
  }

  // kNone if no key ends at `node`.
  int32_t Value(int32_t node) const { return units_[node].value; }

  // The longest key that `text` starts with; 0 if there is none.
  size_t LongestMatch(std::string_view text) const;

 private:
  class Builder;

  struct Unit {
    int32_t base = 0;        // The child for byte b is at base + b.
    int32_t parent = kNone;  // kNone: nothing stands here.
    int32_t value = kNone;
  };

  // With 256 units behind the last base, so that no look-up leaves it.
  std::vector<Unit> units_;
};

}  // namespace frazo::text

#endif  // FRAZO_CORE_TEXT_SENTENCEPIECE_BYTE_TRIE_H_
