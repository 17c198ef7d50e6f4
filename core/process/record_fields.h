#ifndef FRAZO_CORE_PROCESS_RECORD_FIELDS_H_
#define FRAZO_CORE_PROCESS_RECORD_FIELDS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/types/span.h"
#include "core/numeric/random.h"
#include "core/process/example.h"

namespace frazo::process {

// The number of a field in RecordFields. A field keeps its type: a step that changes the type makes
// a new field.
using FieldId = int32_t;

// The fields of the present record. One column contains the values of a field for all records of a
// chunk, so that a chunk that is used again allocates nothing.
class RecordFields {
 public:
  // The values of one field of one record: `count` values from index `begin` of the column, or, if
  // `outside` is set, from there.
  struct Extent {
    size_t begin = 0;
    int64_t count = 0;
    const void* outside = nullptr;
  };

  // Forgets all records and takes fields of these types.
  void Reset(absl::Span<const ValueType> types);

  // Forgets the values of the previous record; they stay in the columns. `source` is
  // RecordId::source, and `key` is what random steps draw from: RecordKey().
  void BeginRecord(int32_t source, uint64_t key);
  int32_t source() const { return source_; }

  // Returns the numbers that a random step draws for this record; `step` is from
  // StepBuilder::AddRandomStep(). Another call starts them anew.
  numeric::Random random(int32_t step) const {
    return numeric::Random({key_, static_cast<uint64_t>(step)});
  }

  // Numbers (except UINT8) and BYTES are written by appending to the column, between Begin() or
  // Continue() and End(). Begin() removes the values written before for this record; Continue()
  // keeps them. T is the field's type: int64_t, int32_t, float or std::string_view.
  template <typename T>
  std::vector<T>& Begin(FieldId field);
  template <typename T>
  std::vector<T>& Continue(FieldId field);
  template <typename T>
  void End(FieldId field);

  // Refers to values in other memory. This is the only way to set UINT8.
  void Refer(FieldId field, const void* values, int64_t count) {
    extents_[field] = {0, count, values};
  }

  // Removes the record's values of the field.
  void Forget(FieldId field) { extents_[field].count = kNoValues; }
  bool has_values(FieldId field) const { return extents_[field].count != kNoValues; }
  int64_t count(FieldId field) const { return extents_[field].count; }

  // The values of the field; valid until the column grows.
  template <typename T>
  absl::Span<const T> values(FieldId field) const;
  // The only value of a field that has one value.
  std::string_view single_bytes(FieldId field) const {
    return values<std::string_view>(field).front();
  }

  // Keeps the first `count` values; there must be at least as many.
  void Shorten(FieldId field, int64_t count) {
    truncated_ |= count < extents_[field].count;
    extents_[field].count = count;
  }
  // Whether Shorten() took values from this record.
  bool truncated() const { return truncated_; }

  // Drops the record on behalf of this filter.
  void FilterOut(int32_t filter) { filter_ = filter; }
  std::optional<int32_t> filter() const { return filter_; }

  void CountInvalidUtf8(int64_t sequences) { invalid_utf8_ += sequences; }
  // The number of invalid sequences in this record.
  int64_t invalid_utf8() const { return invalid_utf8_; }

  const Extent& extent(FieldId field) const { return extents_[field]; }
  // Returns the address of a record's values; valid until a column grows.
  FeatureValues Locate(FieldId field, const Extent& extent) const;

 private:
  static constexpr int64_t kNoValues = -1;

  // The column of a UINT8 field stays empty.
  using Column = std::variant<std::vector<int64_t>, std::vector<int32_t>, std::vector<float>,
                              std::vector<std::string_view>>;

  std::vector<ValueType> types_;
  std::vector<Column> columns_;
  std::vector<Extent> extents_;
  std::optional<int32_t> filter_;
  int64_t invalid_utf8_ = 0;
  int32_t source_ = 0;
  uint64_t key_ = 0;
  bool truncated_ = false;
};

template <typename T>
std::vector<T>& RecordFields::Begin(FieldId field) {
  std::vector<T>& column = std::get<std::vector<T>>(columns_[field]);
  Extent& extent = extents_[field];
  if (extent.count == kNoValues) {
    extent = {column.size(), 0, nullptr};
  } else {
    column.resize(extent.begin);
  }
  return column;
}

template <typename T>
std::vector<T>& RecordFields::Continue(FieldId field) {
  std::vector<T>& column = std::get<std::vector<T>>(columns_[field]);
  const Extent& extent = extents_[field];
  column.resize(extent.begin + extent.count);
  return column;
}

template <typename T>
void RecordFields::End(FieldId field) {
  Extent& extent = extents_[field];
  extent.count = std::get<std::vector<T>>(columns_[field]).size() - extent.begin;
}

template <typename T>
absl::Span<const T> RecordFields::values(FieldId field) const {
  const Extent& extent = extents_[field];
  const T* const column = std::get<std::vector<T>>(columns_[field]).data();
  return {column + extent.begin, static_cast<size_t>(extent.count)};
}

}  // namespace frazo::process

#endif  // FRAZO_CORE_PROCESS_RECORD_FIELDS_H_
