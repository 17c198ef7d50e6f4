#include "core/kernels/attention/visible_keys.h"

#include <algorithm>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/status/status_macros.h"

namespace frazo::attention {
namespace {

using Segments = std::unordered_map<int32_t, KeyRange>;

absl::Status FindSegments(const VisibleKeys& visible, Segments* segments) {
  int32_t last_id = 0;
  for (int64_t key = 0; key < visible.time; ++key) {
    if (!visible.mask[key]) continue;
    const int32_t id = visible.segments[key];
    const auto [segment, is_new] =
        segments->try_emplace(id, KeyRange{static_cast<int32_t>(key), static_cast<int32_t>(key)});
    if (!is_new && id != last_id) {
      return absl::InvalidArgumentError(absl::StrCat(
          "the tokens of segment ", id, " do not lie side by side: it ends before key ",
          segment->second.end, " and goes on at key ", key));
    }
    segment->second.end = key + 1;
    last_id = id;
  }
  return absl::OkStatus();
}

// For each position the first token at it or after it; `time` if there is none. The last element is
// that of the end.
std::vector<int32_t> NextTokens(const VisibleKeys& visible) {
  std::vector<int32_t> next(visible.time + 1, visible.time);
  for (int64_t key = visible.time - 1; key >= 0; --key) {
    next[key] = visible.mask[key] ? key : next[key + 1];
  }
  return next;
}

// For each position the end of the last token before it; 0 if there is none.
std::vector<int32_t> LastEnds(const VisibleKeys& visible) {
  std::vector<int32_t> ends(visible.time + 1, 0);
  for (int64_t key = 0; key < visible.time; ++key) {
    ends[key + 1] = visible.mask[key] ? key + 1 : ends[key];
  }
  return ends;
}

}  // namespace

absl::Status VisibleKeys::FindRanges(KeyRange* ranges) const {
  Segments ranges_of;
  if (segments != nullptr) FRAZO_RETURN_IF_ERROR(FindSegments(*this, &ranges_of));
  const std::vector<int32_t> next_tokens = NextTokens(*this), last_ends = LastEnds(*this);
  for (int64_t query = 0; query < time; ++query) {
    int64_t begin = 0, end = time;
    if (segments != nullptr) {
      const auto segment = ranges_of.find(segments[query]);
      end = segment == ranges_of.end() ? 0 : segment->second.end;
      begin = segment == ranges_of.end() ? 0 : segment->second.begin;
    }
    // A window may be wider than any sequence.
    if (before >= 0) begin = std::max(begin, query - std::min(before, query));
    if (after >= 0) end = std::min(end, query + std::min(after, time) + 1);
    if (begin < end) {
      begin = next_tokens[begin];
      end = last_ends[end];
    }
    ranges[query] = begin < end ? KeyRange{static_cast<int32_t>(begin), static_cast<int32_t>(end)}
                                : KeyRange{0, 0};
  }
  return absl::OkStatus();
}

}  // namespace frazo::attention
