#ifndef FRAZO_CORE_PROCESS_FIELD_TABLE_H_
#define FRAZO_CORE_PROCESS_FIELD_TABLE_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/process/example.h"
#include "core/process/record_fields.h"
#include "core/process/text_encoding.h"

namespace frazo::process {

// Which fields there are at a point of the configuration: the parser fills it, each step changes
// it. `path` is where in the configuration the name stands, as in "steps[2].truncate.field".
class FieldTable {
 public:
  struct Field {
    FieldId id;
    FeatureSpec spec;
  };

  // Error: kInvalidArgument if the name is empty or taken.
  absl::StatusOr<FieldId> Add(std::string_view path, FeatureSpec spec);

  // For a step that changes the values of the field. Error: kInvalidArgument if there is none;
  // names the near ones. Valid until the table changes.
  absl::StatusOr<const Field*> Find(std::string_view path, std::string_view name);

  // The same, for a step that leaves the values as they are.
  absl::StatusOr<const Field*> FindToRead(std::string_view path, std::string_view name) const;

  // A step that changes ids in a way that TextEncoding can tell says so; the field exists.
  void SetText(FieldId id, TextEncoding text);

  // Ends the changes of the step at `path`: a field that Find() gave it, and whose text it did not
  // set, has ids from then on that TextEncoding cannot tell.
  void EndStep(std::string_view path);

  // A new field replaces the one of the same name, which exists.
  FieldId Replace(FeatureSpec spec);

  // There is a field of that name.
  void Remove(std::string_view name);

  // What there is now, in order.
  const std::vector<Field>& fields() const { return fields_; }
  // The types of all fields that there ever were, by FieldId.
  const std::vector<ValueType>& types() const { return types_; }

 private:
  // A field that a step may have changed, with its text before.
  struct Found {
    FieldId id;
    std::shared_ptr<const TextEncoding> text;
  };

  FieldId NewId(ValueType type);
  std::vector<std::string> Names() const;

  std::vector<Field> fields_;
  // Since the last EndStep().
  std::vector<Found> found_;
  std::vector<ValueType> types_;
};

// Each returns kInvalidArgument, with the path, the name and what it is, unless the field is...
// ...BYTES of one value.
absl::Status CheckSingleBytes(std::string_view path, const FeatureSpec& spec);
// ...of any length.
absl::Status CheckVariable(std::string_view path, const FeatureSpec& spec);

}  // namespace frazo::process

#endif  // FRAZO_CORE_PROCESS_FIELD_TABLE_H_
