#include "core/decode/ctc/prefix_trie.h"

namespace frazo::decode {

PrefixTrie::PrefixTrie() : nodes_{{kRoot, kNoToken, 0, kNone, kNone}} {}

int32_t PrefixTrie::Child(int32_t parent, int32_t token) {
  const int32_t first = nodes_[parent].first_child;
  for (int32_t node = first; node != kNone; node = nodes_[node].next_sibling) {
    if (nodes_[node].token == token) return node;
  }
  const auto made = static_cast<int32_t>(nodes_.size());
  nodes_.push_back({parent, token, nodes_[parent].length + 1, kNone, first});
  nodes_[parent].first_child = made;
  return made;
}

bool PrefixTrie::ComesBefore(int32_t left, int32_t left_token, int32_t right,
                             int32_t right_token) const {
  if (length(left) != length(right)) return length(left) < length(right);
  // The first of the tokens that differ decides. The way to the root meets it last.
  while (left != right) {
    left_token = token(left) == token(right) ? left_token : token(left);
    right_token = token(left) == token(right) ? right_token : token(right);
    left = parent(left);
    right = parent(right);
  }
  return left_token < right_token;
}

void PrefixTrie::CopyTokens(int32_t node, int32_t* tokens) const {
  for (; node != kRoot; node = parent(node)) tokens[length(node) - 1] = token(node);
}

}  // namespace frazo::decode
