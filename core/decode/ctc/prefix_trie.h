#ifndef FRAZO_CORE_DECODE_CTC_PREFIX_TRIE_H_
#define FRAZO_CORE_DECODE_CTC_PREFIX_TRIE_H_

#include <cstdint>
#include <vector>

namespace frazo::decode {

// The prefixes that a search has met: a node for each, which refers to that of the prefix without
// its last token. No two nodes stand for the same tokens.
class PrefixTrie {
 public:
  // The empty prefix.
  static constexpr int32_t kRoot = 0;
  static constexpr int32_t kNoToken = -1;

  PrefixTrie();

  // Returns the node of `parent` with `token` behind it. Makes it if there is none. Time is linear
  // in the number of children of `parent`.
  int32_t Child(int32_t parent, int32_t token);

  // kRoot for kRoot.
  int32_t parent(int32_t node) const { return nodes_[node].parent; }
  // The last token; kNoToken for kRoot.
  int32_t token(int32_t node) const { return nodes_[node].token; }
  // Number of tokens.
  int32_t length(int32_t node) const { return nodes_[node].length; }
  // Number of nodes.
  int64_t size() const { return nodes_.size(); }

  // Whether the tokens of `left` and then `left_token` come before those of `right` and then
  // `right_token`: the shorter text first, of equally long ones the one whose first token that
  // differs is smaller.
  bool ComesBefore(int32_t left, int32_t left_token, int32_t right, int32_t right_token) const;

  // Writes the `length(node)` tokens.
  void CopyTokens(int32_t node, int32_t* tokens) const;

 private:
  static constexpr int32_t kNone = -1;

  struct Node {
    int32_t parent;
    int32_t token;
    int32_t length;
    int32_t first_child;
    int32_t next_sibling;
  };

  std::vector<Node> nodes_;
};

}  // namespace frazo::decode

#endif  // FRAZO_CORE_DECODE_CTC_PREFIX_TRIE_H_
