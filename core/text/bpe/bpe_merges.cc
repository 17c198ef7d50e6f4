#include "core/text/bpe/bpe_merges.h"

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/status/status_macros.h"
#include "core/text/text_file.h"

namespace frazo::text {

absl::StatusOr<BpeMerges> BpeMerges::Load(const std::string& path) {
  FRAZO_ASSIGN_OR_RETURN(const std::string content, ReadTextFile(path));
  return Parse(content, path);
}

absl::StatusOr<BpeMerges> BpeMerges::Parse(std::string_view content, std::string_view name) {
  FRAZO_ASSIGN_OR_RETURN(const std::vector<std::string_view> lines, SplitLines(content, name));
  if (lines.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", name, "' is empty; a file of merges has one `left right` a line"));
  }
  BpeMerges merges;
  for (size_t line = absl::StartsWith(lines[0], "#version") ? 1 : 0; line < lines.size(); ++line) {
    if (const absl::Status status = merges.AddLine(lines[line]); !status.ok()) {
      return absl::Status(status.code(),
                          absl::StrCat("'", name, "':", line + 1, ": ", status.message()));
    }
  }
  return merges;
}

absl::Status BpeMerges::AddLine(std::string_view line) {
  const size_t blank = line.find(' ');
  const std::string_view left = line.substr(0, blank);
  const std::string_view right =
      blank == std::string_view::npos ? std::string_view() : line.substr(blank + 1);
  if (left.empty() || right.empty() || absl::StrContains(right, ' ')) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", line, "' is not two symbols with one space between them"));
  }
  if (right == kEndOfWord) {
    return absl::InvalidArgumentError(
        "</w> stands alone, as in files of version 0.1; learn the merges again, by build_vocab "
        "--kind=bpe or a newer subword-nmt");
  }
  if (absl::EndsWith(left, kEndOfWord)) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", left, "' ends its word, so nothing can follow it"));
  }
  const int32_t left_symbol = Number(left);
  const int32_t right_symbol = Number(right);
  if (Find(left_symbol, right_symbol) != nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", line, "' stands further up already; remove one of them"));
  }
  const auto rank = static_cast<int32_t>(merges_.size());
  merges_.push_back({left_symbol, right_symbol, Number(absl::StrCat(left, right)), rank});
  Insert(merges_.back());
  return absl::OkStatus();
}

void BpeMerges::Insert(const Merge& merge) {
  if (merges_.size() * 2 > slots_.size()) {
    slots_.assign(slots_.size() * 2, kNone);
    for (const Merge& earlier : merges_) {
      if (earlier.rank < merge.rank) Insert(earlier);
    }
  }
  size_t at = Slot(merge.left, merge.right);
  while (slots_[at] != kNone) at = (at + 1) & (slots_.size() - 1);
  slots_[at] = merge.rank;
}

int32_t BpeMerges::Number(std::string_view symbol) {
  const int32_t present = symbols_.Add(symbol);
  return present == kNone ? symbols_.size() - 1 : present;
}

void BpeMerges::AddTo(numeric::Fingerprint* fingerprint) const {
  fingerprint->Add(static_cast<int64_t>(merges_.size()));
  for (const Merge& merge : merges_) {
    fingerprint->Add(symbols_.token(merge.left));
    fingerprint->Add(symbols_.token(merge.right));
  }
}

}  // namespace frazo::text
