#include "core/decode/ctc/prefix_beam.h"

#include <algorithm>

#include "core/decode/ctc/log_add.h"

namespace frazo::decode {
PrefixBeam::PrefixBeam(int64_t width, int64_t tokens, float token_gap)
    : width_(width),
      token_gap_(token_gap),
      prefixes_{{PrefixTrie::kRoot, 0, kImpossible, 0}},
      index_of_node_{0},
      taken_by_(tokens, 0) {}

void PrefixBeam::Advance(absl::Span<const float> frame) {
  SelectTokens(frame);
  LinkPrefixes();
  candidates_.clear();
  const auto count = static_cast<int32_t>(prefixes_.size());
  for (int32_t index = 0; index < count; ++index) Add(Stayed(frame, index));
  // The best prefix first, so that the candidates of the others are soon too few to look at.
  for (int32_t index = 0; index < count; ++index) Extend(frame, index);
  Keep();
}

void PrefixBeam::SelectTokens(absl::Span<const float> frame) {
  const float least = *std::max_element(frame.begin(), frame.end()) - token_gap_;
  selected_.clear();
  const auto tokens = static_cast<int32_t>(taken_by_.size());
  for (int32_t token = 0; token < tokens; ++token) {
    if (frame[token] >= least) selected_.push_back(token);
  }
  const auto is_better = [&](int32_t left, int32_t right) {
    return frame[left] != frame[right] ? frame[left] > frame[right] : left < right;
  };
  // A prefix gives at most `width` of the next ones. It passes over the tokens of its children, of
  // which there are fewer than `width`, and its last token comes later than its probability says.
  const int64_t enough = 2 * width_;
  if (static_cast<int64_t>(selected_.size()) > enough) {
    std::nth_element(selected_.begin(), selected_.begin() + enough, selected_.end(), is_better);
    selected_.resize(enough);
  }
  std::sort(selected_.begin(), selected_.end(), is_better);
}

void PrefixBeam::LinkPrefixes() {
  const auto count = static_cast<int32_t>(prefixes_.size());
  parent_.assign(count, kNone);
  first_child_.assign(count, kNone);
  next_sibling_.assign(count, kNone);
  for (int32_t index = 0; index < count; ++index) {
    const int32_t node = prefixes_[index].node;
    if (node == PrefixTrie::kRoot) continue;
    const int32_t parent = index_of_node_[trie_.parent(node)];
    parent_[index] = parent;
    if (parent == kNone) continue;
    next_sibling_[index] = first_child_[parent];
    first_child_[parent] = index;
  }
}

PrefixBeam::Candidate PrefixBeam::Stayed(absl::Span<const float> frame, int32_t index) const {
  const Prefix& prefix = prefixes_[index];
  const int32_t token = trie_.token(prefix.node);
  Candidate stayed = {trie_.parent(prefix.node), token, prefix.total + frame.back(), kImpossible,
                      kImpossible};
  if (token != PrefixTrie::kNoToken) {
    double before = prefix.ends_token;
    if (parent_[index] != kNone) {
      const Prefix& parent = prefixes_[parent_[index]];
      // Between two equal tokens there is a blank.
      const bool repeats = trie_.token(parent.node) == token;
      before = LogAdd(before, repeats ? parent.ends_blank : parent.total);
    }
    stayed.ends_token = before + frame[token];
  }
  stayed.total = LogAdd(stayed.ends_blank, stayed.ends_token);
  return stayed;
}

void PrefixBeam::Extend(absl::Span<const float> frame, int32_t index) {
  ++extended_;
  for (int32_t child = first_child_[index]; child != kNone; child = next_sibling_[child]) {
    taken_by_[trie_.token(prefixes_[child].node)] = extended_;
  }
  const Prefix& prefix = prefixes_[index];
  const int32_t last = trie_.token(prefix.node);
  for (const int32_t token : selected_) {
    if (taken_by_[token] == extended_) continue;
    const double most = prefix.total + frame[token];
    const bool is_full = static_cast<int64_t>(candidates_.size()) == width_;
    if (is_full && most < candidates_.front().total) return;
    const double total = token == last ? prefix.ends_blank + frame[token] : most;
    Add({prefix.node, token, kImpossible, total, total});
  }
}

bool PrefixBeam::IsBetter(const Candidate& left, const Candidate& right) const {
  if (left.total != right.total) return left.total > right.total;
  return trie_.ComesBefore(left.parent, left.token, right.parent, right.token);
}

void PrefixBeam::Add(const Candidate& candidate) {
  if (candidate.total == kImpossible) return;
  const auto is_better = [this](const Candidate& left, const Candidate& right) {
    return IsBetter(left, right);
  };
  if (static_cast<int64_t>(candidates_.size()) == width_) {
    if (!is_better(candidate, candidates_.front())) return;
    std::pop_heap(candidates_.begin(), candidates_.end(), is_better);
    candidates_.back() = candidate;
  } else {
    candidates_.push_back(candidate);
  }
  std::push_heap(candidates_.begin(), candidates_.end(), is_better);
}

void PrefixBeam::Keep() {
  std::sort_heap(
      candidates_.begin(), candidates_.end(),
      [this](const Candidate& left, const Candidate& right) { return IsBetter(left, right); });
  for (const Prefix& prefix : prefixes_) index_of_node_[prefix.node] = kNone;
  prefixes_.clear();
  for (const Candidate& candidate : candidates_) {
    const int32_t node = candidate.token == PrefixTrie::kNoToken
                             ? PrefixTrie::kRoot
                             : trie_.Child(candidate.parent, candidate.token);
    index_of_node_.resize(trie_.size(), kNone);
    index_of_node_[node] = static_cast<int32_t>(prefixes_.size());
    prefixes_.push_back({node, candidate.ends_blank, candidate.ends_token, candidate.total});
  }
}

}  // namespace frazo::decode
