#include "core/process/tf_example_scan.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/process/wire_reader.h"
#include "core/status/status_macros.h"

namespace frazo::process {
namespace {

// Reads one varint of a run. The run's last byte must end a varint, so that no read passes the end
// of the run. Returns nullptr if the varint is longer than 64 bits allow.
inline const uint8_t* DecodeVarint(const uint8_t* cursor, uint64_t* value) {
  uint64_t byte = *cursor++;
  uint64_t result = byte & 0x7f;
  for (int shift = 7; byte >= 0x80; shift += 7) {
    if (shift == 70) return nullptr;
    byte = *cursor++;
    result |= (byte & 0x7f) << shift;
  }
  *value = result;
  return cursor;
}

// Reads one field of a message. *bytes is its content if it is bytes field number `wanted`, and has
// a null pointer if it is another field. Returns false for damage.
bool NextBytes(WireReader* message, uint32_t wanted, std::string_view* bytes) {
  uint32_t member;
  WireReader::Type type;
  *bytes = {};
  if (!message->ReadTag(&member, &type)) return false;
  if (member == wanted && type == WireReader::Type::kBytes) return message->ReadBytes(bytes);
  return message->Skip(type);
}

// Reads one record and writes the values to the fields.
class Scan {
 public:
  Scan(const TfExampleFeatures& features, std::string_view record, RecordFields* fields)
      : features_(features), record_(record), fields_(fields) {}

  absl::Status Run() {
    WireReader example(record_);
    while (!example.at_end()) {
      std::string_view features;
      if (!NextBytes(&example, 1, &features)) return NotAnExample(example);
      if (features.data() != nullptr) FRAZO_RETURN_IF_ERROR(ReadFeatures(features));
    }
    return absl::OkStatus();
  }

 private:
  absl::Status ReadFeatures(std::string_view features) {
    WireReader entries(features);
    while (!entries.at_end()) {
      std::string_view entry;
      if (!NextBytes(&entries, 1, &entry)) return NotAnExample(entries);
      if (entry.data() != nullptr) FRAZO_RETURN_IF_ERROR(ReadEntry(entry));
    }
    return absl::OkStatus();
  }

  // Reads an entry of the map: key = 1, value = 2, in any order. By protobuf's rules the last key
  // counts, and a value in parts is their concatenation.
  absl::Status ReadEntry(std::string_view entry) {
    std::string_view key;
    for (WireReader members(entry); !members.at_end();) {
      std::string_view bytes;
      if (!NextBytes(&members, 1, &bytes)) return NotAnExample(members);
      if (bytes.data() != nullptr) key = bytes;
    }
    feature_ = features_.Find(key);
    if (feature_ == nullptr) return absl::OkStatus();
    wanted_ = feature_->list();
    present_ = TfExampleList::kNone;
    fields_->Forget(feature_->field);
    for (WireReader members(entry); !members.at_end();) {
      std::string_view value;
      if (!NextBytes(&members, 2, &value)) return NotAnExample(members);
      if (value.data() != nullptr) FRAZO_RETURN_IF_ERROR(ReadFeature(value));
    }
    if (present_ == TfExampleList::kNone || present_ == wanted_) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat(
        "feature '", feature_->spec.name, "' holds ", TfExampleListName(present_), "; ",
        ValueTypeName(feature_->spec.type), " is read from ", TfExampleListName(wanted_)));
  }

  // Lists of one kind in a row are one list. A list of another kind replaces the previous ones.
  absl::Status ReadFeature(std::string_view value) {
    WireReader lists(value);
    while (!lists.at_end()) {
      uint32_t member;
      WireReader::Type type;
      if (!lists.ReadTag(&member, &type)) return Damaged(lists.cursor());
      const bool is_list = type == WireReader::Type::kBytes && member >= 1 && member <= 3;
      if (!is_list) {
        if (!lists.Skip(type)) return Damaged(lists.cursor());
        continue;
      }
      std::string_view list;
      if (!lists.ReadBytes(&list)) return Damaged(lists.cursor());
      if (static_cast<TfExampleList>(member) == wanted_) FRAZO_RETURN_IF_ERROR(ReadList(list));
      present_ = static_cast<TfExampleList>(member);
    }
    return absl::OkStatus();
  }

  absl::Status ReadList(std::string_view list) {
    switch (feature_->spec.type) {
      case ValueType::kInt64:
        return ReadIntegers<int64_t>(list);
      case ValueType::kInt32:
        return ReadIntegers<int32_t>(list);
      case ValueType::kFloat32:
        return ReadFloats(list);
      case ValueType::kBytes:
        return ReadStrings(list);
      case ValueType::kUint8:
        return ReadUint8s(list);
    }
    return absl::OkStatus();
  }

  // Returns where the list's values go: after the previous ones, if they are of the same kind.
  template <typename T>
  std::vector<T>& Column() {
    return present_ == wanted_ ? fields_->Continue<T>(feature_->field)
                               : fields_->Begin<T>(feature_->field);
  }

  template <typename T>
  absl::Status ReadIntegers(std::string_view list) {
    std::vector<T>& column = Column<T>();
    WireReader values(list);
    while (!values.at_end()) {
      uint32_t member;
      WireReader::Type type;
      if (!values.ReadTag(&member, &type)) return Damaged(values.cursor());
      if (member == 1 && type == WireReader::Type::kBytes) {
        std::string_view packed;
        if (!values.ReadBytes(&packed)) return Damaged(values.cursor());
        FRAZO_RETURN_IF_ERROR(ReadPackedIntegers(packed, &column));
      } else if (member == 1 && type == WireReader::Type::kVarint) {
        uint64_t bits;
        if (!values.ReadVarint(&bits)) return Damaged(values.cursor());
        const int64_t value = static_cast<int64_t>(bits);
        if (value != static_cast<T>(value)) return OutOfRange(value);
        column.push_back(static_cast<T>(value));
      } else if (!values.Skip(type)) {
        return Damaged(values.cursor());
      }
    }
    fields_->End<T>(feature_->field);
    return absl::OkStatus();
  }

  template <typename T>
  absl::Status ReadPackedIntegers(std::string_view packed, std::vector<T>* column) {
    if (packed.empty()) return absl::OkStatus();
    const uint8_t* cursor = reinterpret_cast<const uint8_t*>(packed.data());
    const uint8_t* const end = cursor + packed.size();
    if (end[-1] >= 0x80) return Damaged(packed.data() + packed.size());
    const auto ends_varint = [](uint8_t byte) { return byte < 0x80; };
    const size_t before = column->size();
    column->resize(before + std::count_if(cursor, end, ends_varint));
    T* target = column->data() + before;
    while (cursor != end) {
      uint64_t bits;
      const uint8_t* const next = DecodeVarint(cursor, &bits);
      if (next == nullptr) return Damaged(reinterpret_cast<const char*>(cursor));
      cursor = next;
      const int64_t value = static_cast<int64_t>(bits);
      if (value != static_cast<T>(value)) return OutOfRange(value);
      *target++ = static_cast<T>(value);
    }
    return absl::OkStatus();
  }

  absl::Status ReadFloats(std::string_view list) {
    std::vector<float>& column = Column<float>();
    WireReader values(list);
    while (!values.at_end()) {
      uint32_t member;
      WireReader::Type type;
      if (!values.ReadTag(&member, &type)) return Damaged(values.cursor());
      if (member == 1 && type == WireReader::Type::kBytes) {
        std::string_view packed;
        if (!values.ReadBytes(&packed) || packed.size() % sizeof(float) != 0) {
          return Damaged(values.cursor());
        }
        const size_t before = column.size();
        column.resize(before + packed.size() / sizeof(float));
        if (!packed.empty()) std::memcpy(column.data() + before, packed.data(), packed.size());
      } else if (member == 1 && type == WireReader::Type::kFixed32) {
        uint32_t bits;
        if (!values.ReadFixed32(&bits)) return Damaged(values.cursor());
        float value;
        std::memcpy(&value, &bits, sizeof(value));
        column.push_back(value);
      } else if (!values.Skip(type)) {
        return Damaged(values.cursor());
      }
    }
    fields_->End<float>(feature_->field);
    return absl::OkStatus();
  }

  absl::Status ReadStrings(std::string_view list) {
    std::vector<std::string_view>& column = Column<std::string_view>();
    for (WireReader values(list); !values.at_end();) {
      std::string_view value;
      if (!NextBytes(&values, 1, &value)) return Damaged(values.cursor());
      if (value.data() != nullptr) column.push_back(value);
    }
    fields_->End<std::string_view>(feature_->field);
    return absl::OkStatus();
  }

  // A UINT8 feature is one bytes value, which is not copied. Without a value the feature is
  // missing.
  absl::Status ReadUint8s(std::string_view list) {
    if (present_ != wanted_) fields_->Forget(feature_->field);
    for (WireReader values(list); !values.at_end();) {
      std::string_view value;
      if (!NextBytes(&values, 1, &value)) return Damaged(values.cursor());
      if (value.data() == nullptr) continue;
      if (fields_->has_values(feature_->field)) {
        return absl::InvalidArgumentError(
            absl::StrCat("feature '", feature_->spec.name,
                         "' holds several bytes values; UINT8 is read from one"));
      }
      fields_->Refer(feature_->field, value.data(), static_cast<int64_t>(value.size()));
    }
    return absl::OkStatus();
  }

  absl::Status NotAnExample(const WireReader& reader) const {
    return absl::InvalidArgumentError(absl::StrCat(
        "the record is not a tf.Example, or is damaged: expected a field of it at byte ",
        reader.cursor() - record_.data(), " of its ", record_.size()));
  }

  absl::Status Damaged(const char* where) const {
    return absl::InvalidArgumentError(
        absl::StrCat("feature '", feature_->spec.name, "' is damaged: expected a value of its ",
                     TfExampleListName(wanted_), " at byte ", where - record_.data(),
                     " of the record's ", record_.size()));
  }

  absl::Status OutOfRange(int64_t value) const {
    return absl::InvalidArgumentError(absl::StrCat("feature '", feature_->spec.name, "': ", value,
                                                   " does not fit INT32; read it as INT64"));
  }

  const TfExampleFeatures& features_;
  const std::string_view record_;
  RecordFields* const fields_;

  // The present feature, the list for its values, and the list that its value has so far.
  const TfExampleFeature* feature_ = nullptr;
  TfExampleList wanted_ = TfExampleList::kNone;
  TfExampleList present_ = TfExampleList::kNone;
};

}  // namespace

absl::Status ScanTfExample(const TfExampleFeatures& features, std::string_view record,
                           RecordFields* fields) {
  return Scan(features, record, fields).Run();
}

}  // namespace frazo::process
