#ifndef CORE_TEXT_BPE_MERGES_H_
#define CORE_TEXT_BPE_MERGES_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "core/text/fingerprint.h"
#include "core/text/token_index.h"

namespace frazo::text {

// What byte-pair encoding learnt (Sennrich et al. 2016, arXiv:1508.07909): which two neighbouring
// symbols to join, in order. Symbols are numbered from 0; a symbol that ends its word ends in
// `</w>`. Thread-safe.
class BpeMerges {
 public:
  static constexpr int32_t kNone = TokenIndex::kNone;

  struct Merge {
    int32_t rank;    // From 0, the best.
    int32_t merged;  // The symbol that the two become.
  };

  // The end of a word, which is part of its last symbol.
  static constexpr std::string_view kEndOfWord = "</w>";

  // Reads a file as subword-nmt writes it: UTF-8, one `left right` a line, best first; a first line
  // that starts with #version is passed over. Errors name the file and the line: kNotFound,
  // kPermissionDenied (the file), kInvalidArgument (an empty file, a line of another form, a merge
  // that comes twice, the form of version 0.1, in which the end of a word is a symbol for itself).
  static absl::StatusOr<BpeMerges> Load(const std::string& path);
  // As for a file of this content. `name` stands for its path in errors.
  static absl::StatusOr<BpeMerges> Parse(std::string_view content, std::string_view name);

  // Null if the two are not to be joined. Either may be kNone.
  const Merge* Find(int32_t left, int32_t right) const {
    const auto merge = merges_.find(Key(left, right));
    return merge == merges_.end() ? nullptr : &merge->second;
  }

  const TokenIndex& symbols() const { return symbols_; }

  void AddTo(Fingerprint* fingerprint) const;

 private:
  BpeMerges() = default;

  static uint64_t Key(int32_t left, int32_t right) {
    return uint64_t{static_cast<uint32_t>(left)} << 32 | static_cast<uint32_t>(right);
  }
  int32_t Number(std::string_view symbol);
  absl::Status AddLine(std::string_view line);

  TokenIndex symbols_;
  absl::flat_hash_map<uint64_t, Merge> merges_;
};

}  // namespace frazo::text

#endif  // CORE_TEXT_BPE_MERGES_H_
