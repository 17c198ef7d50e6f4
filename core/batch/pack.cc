#include "core/batch/pack.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <numeric>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/status/status_macros.h"

namespace frazo::batch {
namespace {

// One way to go about it.
struct Way {
  Fit fit;
  bool spread;
  bool longest_first;
};

absl::Status Check(absl::Span<const int64_t> lengths, const PackOptions& options) {
  const size_t streams = options.row_lengths.size();
  if (streams == 0 || lengths.size() % streams != 0) {
    return absl::InvalidArgumentError(absl::StrCat("Pack: ", lengths.size(), " lengths for ",
                                                   streams,
                                                   " streams; expected one for each sequence and "
                                                   "stream"));
  }
  if (lengths.size() / streams > std::numeric_limits<int32_t>::max() || options.rows < 0 ||
      options.rows > std::numeric_limits<int32_t>::max()) {
    return absl::InvalidArgumentError(
        absl::StrCat("Pack: ", lengths.size() / streams, " sequences into ", options.rows,
                     " rows; expected less than 2^31 sequences and 0 to 2^31 rows"));
  }
  for (const int64_t length : options.row_lengths) {
    if (length >= 1) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("Pack: a row of ", length, " values; expected at least 1"));
  }
  for (size_t index = 0; index < lengths.size(); ++index) {
    if (lengths[index] >= 0) continue;
    return absl::InvalidArgumentError(absl::StrCat("Pack: sequence ", index / streams,
                                                   " has length ", lengths[index],
                                                   "; expected at least 0"));
  }
  return absl::OkStatus();
}

class Packer {
 public:
  Packer(absl::Span<const int64_t> lengths, const PackOptions& options)
      : lengths_(lengths), options_(options), streams_(options.row_lengths.size()) {
    for (int64_t sequence = 0; sequence < static_cast<int64_t>(lengths.size() / streams_);
         ++sequence) {
      if (FitsEmptyRow(sequence)) candidates_.push_back(static_cast<int32_t>(sequence));
    }
  }

  // Sequences that some row could have.
  size_t candidates() const { return candidates_.size(); }

  // The row of each sequence, and how many have one.
  std::pair<std::vector<int32_t>, size_t> Try(const Way& way) const {
    std::vector<int32_t> rows(lengths_.size() / streams_, Packing::kLeftOut);
    RowFit fit(options_.row_lengths, way.fit);
    size_t placed = 0;
    for (const int32_t sequence : Order(way)) {
      const bool may_open = options_.rows == 0 || fit.size() < options_.rows;
      int64_t row = way.spread && may_open ? RowFit::kNoRow : fit.Find(Lengths(sequence));
      if (row == RowFit::kNoRow) {
        if (!may_open) continue;
        row = fit.size();
        fit.Open();
      }
      fit.Place(row, Lengths(sequence));
      rows[sequence] = static_cast<int32_t>(row);
      ++placed;
    }
    return {std::move(rows), placed};
  }

 private:
  absl::Span<const int64_t> Lengths(int64_t sequence) const {
    return lengths_.subspan(sequence * streams_, streams_);
  }

  int64_t Sum(int64_t sequence) const {
    const absl::Span<const int64_t> lengths = Lengths(sequence);
    return std::accumulate(lengths.begin(), lengths.end(), int64_t{0});
  }

  // It is not empty, and no stream is too long.
  bool FitsEmptyRow(int64_t sequence) const {
    const absl::Span<const int64_t> lengths = Lengths(sequence);
    bool has_value = false;
    for (size_t stream = 0; stream < streams_; ++stream) {
      if (lengths[stream] > options_.row_lengths[stream]) return false;
      has_value |= lengths[stream] > 0;
    }
    return has_value;
  }

  std::vector<int32_t> Order(const Way& way) const {
    std::vector<int32_t> order = candidates_;
    if (way.longest_first) {
      std::stable_sort(order.begin(), order.end(),
                       [this](int32_t left, int32_t right) { return Sum(left) > Sum(right); });
    }
    return order;
  }

  const absl::Span<const int64_t> lengths_;
  const PackOptions& options_;
  const size_t streams_;
  std::vector<int32_t> candidates_;
};

// Numbers the sequences of each row, in their order, one behind the other.
Packing Number(std::vector<int32_t> rows, absl::Span<const int64_t> lengths,
               const PackOptions& options) {
  const size_t streams = options.row_lengths.size();
  Packing packing;
  packing.row = std::move(rows);
  packing.rows = options.rows;
  for (const int32_t row : packing.row) packing.rows = std::max<int64_t>(packing.rows, row + 1);
  packing.segment.resize(packing.row.size());
  packing.begin.resize(lengths.size());
  std::vector<int32_t> segments(packing.rows);
  std::vector<int64_t> used(packing.rows * streams);
  for (size_t sequence = 0; sequence < packing.row.size(); ++sequence) {
    const int32_t row = packing.row[sequence];
    if (row == Packing::kLeftOut) {
      ++packing.left_out;
      continue;
    }
    packing.segment[sequence] = ++segments[row];
    for (size_t stream = 0; stream < streams; ++stream) {
      int64_t& end = used[row * streams + stream];
      packing.begin[sequence * streams + stream] = end;
      end += lengths[sequence * streams + stream];
    }
  }
  return packing;
}

}  // namespace

absl::StatusOr<Packing> Pack(absl::Span<const int64_t> lengths, const PackOptions& options) {
  FRAZO_RETURN_IF_ERROR(Check(lengths, options));
  const Packer packer(lengths, options);
  // Without a number of rows there are none to spread over.
  const Way wanted = {options.fit, options.spread && options.rows > 0, false};
  auto [rows, placed] = packer.Try(wanted);
  const Fit other = options.fit == Fit::kFirst ? Fit::kBest : Fit::kFirst;
  for (const Way& way : {Way{options.fit, false, false}, Way{other, false, false},
                         Way{options.fit, false, true}, Way{other, false, true}}) {
    if (placed == packer.candidates()) break;
    auto [other_rows, other_placed] = packer.Try(way);
    if (other_placed <= placed) continue;
    rows = std::move(other_rows);
    placed = other_placed;
  }
  return Number(std::move(rows), lengths, options);
}

PackedStream LayOut(const Packing& packing, absl::Span<const int64_t> lengths,
                    const PackOptions& options, int64_t stream) {
  const size_t streams = options.row_lengths.size();
  const int64_t row_length = options.row_lengths[stream];
  PackedStream out;
  out.segment_ids.resize(packing.rows * row_length, 0);
  out.segment_pos.resize(packing.rows * row_length, 0);
  out.sequences.resize(packing.rows * row_length, -1);
  for (size_t sequence = 0; sequence < packing.row.size(); ++sequence) {
    if (packing.row[sequence] == Packing::kLeftOut) continue;
    const size_t place = sequence * streams + stream;
    const int64_t begin = packing.row[sequence] * row_length + packing.begin[place];
    const int64_t length = lengths[place];
    std::fill_n(out.segment_ids.begin() + begin, length, packing.segment[sequence]);
    std::fill_n(out.sequences.begin() + begin, length, static_cast<int32_t>(sequence));
    std::iota(out.segment_pos.begin() + begin, out.segment_pos.begin() + begin + length, 0);
  }
  return out;
}

}  // namespace frazo::batch
