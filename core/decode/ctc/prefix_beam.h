#ifndef FRAZO_CORE_DECODE_CTC_PREFIX_BEAM_H_
#define FRAZO_CORE_DECODE_CTC_PREFIX_BEAM_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "core/decode/ctc/prefix_trie.h"

namespace frazo::decode {

// The prefixes of one utterance that are kept, and how it goes on by a frame. All probabilities are
// natural logarithms.
class PrefixBeam {
 public:
  // A prefix, and the probability of its alignments with the frames so far.
  struct Prefix {
    int32_t node;
    // The sums of the alignments that end with a blank, of those that end with the last token, and
    // of both.
    double ends_blank;
    double ends_token;
    double total;
  };

  // Begins with the empty prefix, of probability 1.
  //
  // `width`: prefixes that are kept, >= 1. `tokens`: number of tokens. `token_gap`: as in
  // CtcBeamOptions.
  PrefixBeam(int64_t width, int64_t tokens, float token_gap);

  // Goes on by a frame: its log-probabilities of the tokens and then of the blank, neither NaN nor
  // plus infinity.
  void Advance(absl::Span<const float> frame);

  // At most `width`, the most probable first. Those of probability 0 are not kept.
  absl::Span<const Prefix> prefixes() const { return prefixes_; }
  const PrefixTrie& trie() const { return trie_; }

 private:
  // A prefix after the frame, which may not have a node yet.
  struct Candidate {
    int32_t parent;
    int32_t token;
    double ends_blank;
    double ends_token;
    double total;
  };
  static constexpr int32_t kNone = -1;

  // Finds the tokens that may make new prefixes, the most probable first.
  void SelectTokens(absl::Span<const float> frame);
  // Links the prefixes that extend another one by one token to it.
  void LinkPrefixes();
  // The prefix at `index` after the frame, unchanged but for its probability.
  Candidate Stayed(absl::Span<const float> frame, int32_t index) const;
  // Adds the new prefixes that extend the one at `index`.
  void Extend(absl::Span<const float> frame, int32_t index);
  bool IsBetter(const Candidate& left, const Candidate& right) const;
  // Keeps the candidate if it is one of the best.
  void Add(const Candidate& candidate);
  // Makes the candidates the prefixes.
  void Keep();

  int64_t width_;
  float token_gap_;
  PrefixTrie trie_;
  std::vector<Prefix> prefixes_;

  // The parts below are of one frame, and members only to keep their memory.

  std::vector<int32_t> selected_;
  // A heap, the worst on top.
  std::vector<Candidate> candidates_;
  // By node: its index in prefixes_, or kNone.
  std::vector<int32_t> index_of_node_;
  // By index in prefixes_: the prefix without the last token, and the prefixes with one more.
  std::vector<int32_t> parent_;
  std::vector<int32_t> first_child_;
  std::vector<int32_t> next_sibling_;
  // By token: the number of the last prefix that has a child with it among prefixes_, counted over
  // all frames.
  std::vector<int64_t> taken_by_;
  int64_t extended_ = 0;
};

}  // namespace frazo::decode

#endif  // FRAZO_CORE_DECODE_CTC_PREFIX_BEAM_H_
