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

// The fields at a point of the configuration. The parser fills the table, and each step changes it.
// `path` is the field path of a name, as in "steps[2].truncate.field".
class FieldTable {
 public:
  struct Field {
    FieldId id;
    FeatureSpec spec;
  };

  // Error: kInvalidArgument if the name is empty or taken.
  absl::StatusOr<FieldId> Add(std::string_view path, FeatureSpec spec);

  // Finds a field for a step that changes its values. Error: kInvalidArgument if there is none; it
  // names similar names. Valid until the table changes.
  absl::StatusOr<const Field*> Find(std::string_view path, std::string_view name);

  // Finds a field for a step that doesn't change its values.
  absl::StatusOr<const Field*> FindToRead(std::string_view path, std::string_view name) const;

  // Sets the text of a field, which exists. A step calls this if it changes ids in a way that
  // TextEncoding can describe.
  void SetText(FieldId id, TextEncoding text);

  // Ends the changes of the step at `path`. If the step got a field from Find() and did not set its
  // text, TextEncoding can't describe the field's ids from here on.
  void EndStep(std::string_view path);

  // Replaces the existing field of the same name by a new field.
  FieldId Replace(FeatureSpec spec);

  // Removes a field, which exists.
  void Remove(std::string_view name);

  // The present fields, in order.
  const std::vector<Field>& fields() const { return fields_; }
  // The types of all present and former fields, by FieldId.
  const std::vector<ValueType>& types() const { return types_; }

 private:
  // A field that a step may have changed, with its former text.
  struct Found {
    FieldId id;
    std::shared_ptr<const TextEncoding> text;
  };

  FieldId NewId(ValueType type);
  std::vector<std::string> Names() const;

  std::vector<Field> fields_;
  // The fields found since the last EndStep().
  std::vector<Found> found_;
  std::vector<ValueType> types_;
};

// Each function returns kInvalidArgument, with the path, the name and the type, unless the field
// is...
// ...BYTES of one value.
absl::Status CheckSingleBytes(std::string_view path, const FeatureSpec& spec);
// ...of any length.
absl::Status CheckVariable(std::string_view path, const FeatureSpec& spec);

}  // namespace frazo::process

#endif  // FRAZO_CORE_PROCESS_FIELD_TABLE_H_
