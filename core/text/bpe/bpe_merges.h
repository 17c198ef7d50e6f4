#ifndef FRAZO_CORE_TEXT_BPE_BPE_MERGES_H_
#define FRAZO_CORE_TEXT_BPE_BPE_MERGES_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/numeric/fingerprint.h"
#include "core/text/token_index.h"

namespace frazo::text {

// The merges that byte-pair encoding learnt (Sennrich et al. 2016, arXiv:1508.07909): pairs of
// neighbouring symbols to join, best first. Symbols are numbered from 0; a symbol at the end of a
// word ends in `</w>`. Thread-safe.
class BpeMerges {
 public:
  static constexpr int32_t kNone = TokenIndex::kNone;

  struct Merge {
    int32_t left;
    int32_t right;
    int32_t merged;  // The symbol that replaces the two.
    int32_t rank;    // From 0, which is the best.
  };

  // Marks the end of a word; it is part of the word's last symbol.
  static constexpr std::string_view kEndOfWord = "</w>";

  // Reads a file in the format of subword-nmt: UTF-8, one `left right` per line, best first. A
  // first line that starts with #version is ignored. Errors name the file and the line: kNotFound,
  // kPermissionDenied (the file), kInvalidArgument (an empty file, a line of another form, a merge
  // that occurs twice, the form of version 0.1, in which the end of a word is a separate symbol).
  static absl::StatusOr<BpeMerges> Load(const std::string& path);
  // Reads the content of a file. `name` stands for its path in errors.
  static absl::StatusOr<BpeMerges> Parse(std::string_view content, std::string_view name);

  // Returns nullptr if the two symbols are not to be joined. Either may be kNone.
  const Merge* Find(int32_t left, int32_t right) const {
    for (size_t at = Slot(left, right);; at = (at + 1) & (slots_.size() - 1)) {
      if (slots_[at] == kNone) return nullptr;
      const Merge& merge = merges_[slots_[at]];
      if (merge.left == left && merge.right == right) return &merge;
    }
  }

  const TokenIndex& symbols() const { return symbols_; }

  void AddTo(numeric::Fingerprint* fingerprint) const;

 private:
  BpeMerges() = default;

  // Returns the slot at which the search for a pair starts.
  size_t Slot(int32_t left, int32_t right) const {
    const uint64_t pair =
        uint64_t{static_cast<uint32_t>(left)} << 32 | static_cast<uint32_t>(right);
    // The golden ratio as a fixed-point number spreads the pairs over the upper bits.
    return (pair * 0x9e3779b97f4a7c15) >> 32 & (slots_.size() - 1);
  }
  // Adds one of merges_ to slots_.
  void Insert(const Merge& merge);
  int32_t Number(std::string_view symbol);
  absl::Status AddLine(std::string_view line);

  TokenIndex symbols_;
  std::vector<Merge> merges_;
  // A hash table of indices into merges_ with open addressing. Its size is a power of two; at most
  // half of the slots are used.
  std::vector<int32_t> slots_ = std::vector<int32_t>(16, kNone);
};

}  // namespace frazo::text

#endif  // FRAZO_CORE_TEXT_BPE_BPE_MERGES_H_
