#include "core/text/sentencepiece/byte_trie.h"

#include <algorithm>
#include <utility>

namespace frazo::text {
namespace {

constexpr size_t kBytes = 256;

// A free slot near the front may not fit. After this many tries a slot after the end is taken,
// which bounds the time and leaves a few units unused.
constexpr int kMostTries = 64;

}  // namespace

// Lays out the nodes level by level. Each node stands for the entries [first, last), which share
// `depth` bytes.
class ByteTrie::Builder {
 public:
  Builder(const std::vector<Entry>& entries, std::vector<Unit>* units)
      : entries_(entries), units_(*units) {}

  void Build() {
    units_.assign(kBytes + 1, Unit());
    // The root's slot is never a child. A parent that is not a node keeps it in use.
    units_[kRoot].parent = kNoNode;
    first_free_ = 1;
    nodes_.push_back({kRoot, 0, entries_.size(), 0});
    for (size_t next = 0; next < nodes_.size(); ++next) {
      // A copy, because nodes_ grows.
      const Node node = nodes_[next];
      Expand(node);
    }
  }

 private:
  static constexpr int32_t kNoNode = -2;

  struct Node {
    int32_t at;
    size_t first;
    size_t last;
    size_t depth;
  };

  void Expand(Node node) {
    if (node.first < node.last && entries_[node.first].key.size() == node.depth) {
      units_[node.at].value = entries_[node.first].value;
      ++node.first;
    }
    if (node.first == node.last) return;
    children_.clear();
    for (size_t i = node.first; i < node.last; ++i) {
      const auto byte = static_cast<unsigned char>(entries_[i].key[node.depth]);
      if (children_.empty() || children_.back().byte != byte) children_.push_back({byte, i});
    }
    const size_t base = FindBase();
    units_[node.at].base = static_cast<int32_t>(base);
    if (units_.size() < base + 2 * kBytes) units_.resize(base + 2 * kBytes);
    for (size_t i = 0; i < children_.size(); ++i) {
      const size_t last = i + 1 < children_.size() ? children_[i + 1].first : node.last;
      const size_t at = base + children_[i].byte;
      units_[at].parent = node.at;
      nodes_.push_back({static_cast<int32_t>(at), children_[i].first, last, node.depth + 1});
      end_ = std::max(end_, at + 1);
    }
    while (IsTaken(first_free_)) ++first_free_;
  }

  bool IsTaken(size_t at) const { return at < units_.size() && units_[at].parent != kNone; }

  // Returns a base at which the slots of all children_ are free.
  size_t FindBase() const {
    const size_t lowest = children_.front().byte;
    size_t at = std::max(first_free_, lowest + 1);
    for (int tries = 0; tries < kMostTries; ++tries, ++at) {
      while (IsTaken(at)) ++at;
      const size_t base = at - lowest;
      const bool fits = std::none_of(children_.begin(), children_.end(),
                                     [&](const ChildRange& c) { return IsTaken(base + c.byte); });
      if (fits) return base;
    }
    return std::max(end_, lowest + 1) - lowest;
  }

  struct ChildRange {
    unsigned char byte;
    size_t first;  // Index of an entry.
  };

  const std::vector<Entry>& entries_;
  std::vector<Unit>& units_;
  std::vector<Node> nodes_;
  std::vector<ChildRange> children_;
  size_t first_free_ = 0;
  size_t end_ = 1;  // The position after the last slot in use.
};

ByteTrie::ByteTrie(std::vector<Entry> entries) {
  std::sort(entries.begin(), entries.end(),
            [](const Entry& left, const Entry& right) { return left.key < right.key; });
  Builder(entries, &units_).Build();
}

size_t ByteTrie::LongestMatch(std::string_view text) const {
  size_t longest = 0;
  int32_t node = kRoot;
  for (size_t i = 0; i < text.size(); ++i) {
    node = Child(node, static_cast<unsigned char>(text[i]));
    if (node == kNone) break;
    if (Value(node) != kNone) longest = i + 1;
  }
  return longest;
}

}  // namespace frazo::text
