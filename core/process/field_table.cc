#include "core/process/field_table.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/process/near_names.h"
#include "core/status/status_macros.h"

namespace frazo::process {
namespace {

template <typename Fields>
auto FindName(Fields& fields, std::string_view name) {
  return std::find_if(fields.begin(), fields.end(),
                      [name](const auto& field) { return field.spec.name == name; });
}

template <typename Fields>
auto FindId(Fields& fields, FieldId id) {
  return std::find_if(fields.begin(), fields.end(),
                      [id](const auto& field) { return field.id == id; });
}

}  // namespace

absl::StatusOr<FieldId> FieldTable::Add(std::string_view path, FeatureSpec spec) {
  if (spec.name.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": the name of a field is empty"));
  }
  if (FindName(fields_, spec.name) != fields_.end()) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": there is a field '", spec.name,
                                                   "' already; choose another name, or drop that "
                                                   "field first"));
  }
  const FieldId id = NewId(spec.type);
  fields_.push_back({id, std::move(spec)});
  return id;
}

absl::StatusOr<const FieldTable::Field*> FieldTable::Find(std::string_view path,
                                                          std::string_view name) {
  FRAZO_ASSIGN_OR_RETURN(const Field* const field, FindToRead(path, name));
  found_.push_back({field->id, field->spec.text});
  return field;
}

absl::StatusOr<const FieldTable::Field*> FieldTable::FindToRead(std::string_view path,
                                                                std::string_view name) const {
  const auto found = FindName(fields_, name);
  if (found != fields_.end()) return &*found;
  return absl::InvalidArgumentError(
      absl::StrCat(path, ": there is no field '", name, "'", NearNames(name, Names())));
}

FieldId FieldTable::Replace(FeatureSpec spec) {
  const FieldId id = NewId(spec.type);
  const auto found = FindName(fields_, spec.name);
  *found = {id, std::move(spec)};
  return id;
}

void FieldTable::SetText(FieldId id, TextEncoding text) {
  FindId(fields_, id)->spec.text = std::make_shared<const TextEncoding>(std::move(text));
}

void FieldTable::EndStep(std::string_view path) {
  for (const Found& found : found_) {
    const auto field = FindId(fields_, found.id);
    if (field == fields_.end() || found.text == nullptr || field->spec.text != found.text) continue;
    TextEncoding text = *found.text;
    if (text.other_step.empty()) text.other_step = path;
    SetText(found.id, std::move(text));
  }
  found_.clear();
}

void FieldTable::Remove(std::string_view name) { fields_.erase(FindName(fields_, name)); }

FieldId FieldTable::NewId(ValueType type) {
  types_.push_back(type);
  return static_cast<FieldId>(types_.size() - 1);
}

std::vector<std::string> FieldTable::Names() const {
  std::vector<std::string> names;
  for (const Field& field : fields_) names.push_back(field.spec.name);
  return names;
}

absl::Status CheckSingleBytes(std::string_view path, const FeatureSpec& spec) {
  if (spec.type == ValueType::kBytes && !spec.is_variable() && spec.value_count() == 1) {
    return absl::OkStatus();
  }
  const char* const remedy =
      spec.type == ValueType::kBytes && spec.is_variable() ? "; give the feature `shape {}`" : "";
  return absl::InvalidArgumentError(absl::StrCat(path, ": field '", spec.name, "' is ",
                                                 spec.TypeText(), "; expected BYTES of one value",
                                                 remedy));
}

absl::Status CheckVariable(std::string_view path, const FeatureSpec& spec) {
  if (spec.is_variable()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      path, ": field '", spec.name, "' is ", spec.TypeText(), "; expected a field of any length"));
}

}  // namespace frazo::process
