#include "core/batch/padding_report.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace frazo::batch {
namespace {

double Fraction(int64_t padding, int64_t real) {
  return padding == 0 ? 0 : static_cast<double>(padding) / static_cast<double>(padding + real);
}

std::string Line(std::string_view bucket, std::string_view batches, std::string_view examples,
                 const PaddingReport::Values& values) {
  return absl::StrFormat("%-16s %10s %12s  %-20s %14d %14d %8.1f%%\n", bucket, batches, examples,
                         values.feature, values.real, values.padding,
                         100 * Fraction(values.padding, values.real));
}

}  // namespace

PaddingReport::PaddingReport(const std::vector<std::string>& bucket_names) {
  for (const std::string& name : bucket_names) {
    Bucket bucket;
    bucket.name = name;
    buckets_.push_back(std::move(bucket));
  }
}

void PaddingReport::Add(const Batch& batch) {
  Bucket& bucket = buckets_[batch.bucket];
  ++bucket.batches;
  bucket.examples += batch.examples;
  bucket.values.resize(batch.padding.size());
  for (size_t index = 0; index < batch.padding.size(); ++index) {
    const PaddingCount& count = batch.padding[index];
    Values& values = bucket.values[index];
    if (values.feature.empty()) values.feature = batch.tensors[count.tensor].name;
    values.real += count.real_values;
    values.padding += count.padding_values;
  }
}

double PaddingReport::padding_fraction() const {
  const Values total = Total();
  return Fraction(total.padding, total.real);
}

PaddingReport::Values PaddingReport::Total() const {
  Values total;
  for (const Bucket& bucket : buckets_) {
    for (const Values& values : bucket.values) {
      total.real += values.real;
      total.padding += values.padding;
    }
  }
  return total;
}

std::string PaddingReport::Text() const {
  std::string text = absl::StrFormat("%-16s %10s %12s  %-20s %14s %14s %9s\n", "bucket", "batches",
                                     "examples", "feature", "values", "padding", "part");
  int64_t batches = 0;
  int64_t examples = 0;
  for (const Bucket& bucket : buckets_) {
    batches += bucket.batches;
    examples += bucket.examples;
    bool is_first = true;
    for (const Values& values : bucket.values) {
      // Only a bucket's first line has its name.
      text += is_first ? Line(bucket.name, absl::StrCat(bucket.batches),
                              absl::StrCat(bucket.examples), values)
                       : Line("", "", "", values);
      is_first = false;
    }
  }
  text += Line("total", absl::StrCat(batches), absl::StrCat(examples), Total());
  return text;
}

}  // namespace frazo::batch
