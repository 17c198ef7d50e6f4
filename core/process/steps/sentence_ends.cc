#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "core/process/step_registry.h"
#include "core/process/text_encoding.h"
#include "core/status/status_macros.h"
#include "frazo/proto/processor.pb.h"

namespace frazo::process {
namespace {

enum class End { kStart, kEnd };

// T: the type of the field's ids.
template <typename T>
class AddIdStep : public FieldStep {
 public:
  AddIdStep(FieldId field, End end, int32_t id) : field_(field), end_(end), id_(id) {}

  absl::Status Apply(RecordFields* fields) const override {
    const size_t begin = fields->extent(field_).begin;
    std::vector<T>& column = fields->Continue<T>(field_);
    column.insert(end_ == End::kEnd ? column.end() : column.begin() + begin, T{id_});
    fields->End<T>(field_);
    return absl::OkStatus();
  }

 private:
  const FieldId field_;
  const End end_;
  const int32_t id_;
};

// The configuration of one end of a sentence; `id_name` is the name of the field that sets the id.
struct EndConfig {
  End end;
  std::string_view id_name;
  const std::string& field;
  // nullptr: the tokenizer's id is used.
  const int32_t* id;
};

// Returns the id of the configuration or else of the tokenizer.
absl::StatusOr<int32_t> IdOf(const StepBuilder& builder, const EndConfig& config,
                             const FeatureSpec& spec) {
  const std::string id_path = builder.config_path(config.id_name);
  if (config.id != nullptr) {
    if (*config.id >= 0) return *config.id;
    return absl::InvalidArgumentError(absl::StrCat(id_path, ": ", *config.id, "; expected >= 0"));
  }
  if (!spec.token_ids.has_value()) {
    return absl::InvalidArgumentError(absl::StrCat(id_path,
                                                   ": not set, and no tokenizer made field '",
                                                   spec.name, "', which would know it; set it"));
  }
  const int32_t id = config.end == End::kEnd ? spec.token_ids->eos : spec.token_ids->sos;
  if (id >= 0) return id;
  return absl::InvalidArgumentError(absl::StrCat(id_path, ": not set, and the tokenizer of field '",
                                                 spec.name, "' has no such id; set it"));
}

// Notes in the field's text that the id is added. A second id at the same end can't be described.
void TellText(const FieldTable::Field& field, const EndConfig& config, StepBuilder* builder) {
  if (field.spec.text == nullptr) return;
  TextEncoding text = *field.spec.text;
  const bool at_end = config.end == End::kEnd;
  bool& added = at_end ? text.append_eos : text.prepend_sos;
  if (added) return;
  added = true;
  if (text.max_length > 0) ++text.max_length;
  if (config.id != nullptr && at_end) text.tokenizer.set_eos_id(*config.id);
  if (config.id != nullptr && !at_end) text.tokenizer.set_sos_id(*config.id);
  builder->fields().SetText(field.id, std::move(text));
}

absl::StatusOr<std::unique_ptr<FieldStep>> MakeAddId(const EndConfig& config,
                                                     StepBuilder* builder) {
  const std::string field_path = builder->config_path("field");
  FRAZO_ASSIGN_OR_RETURN(const FieldTable::Field* const found,
                         builder->fields().Find(field_path, config.field));
  FRAZO_RETURN_IF_ERROR(CheckVariable(field_path, found->spec));
  const ValueType type = found->spec.type;
  if (type != ValueType::kInt32 && type != ValueType::kInt64) {
    return absl::InvalidArgumentError(absl::StrCat(field_path, ": field '", found->spec.name,
                                                   "' is ", found->spec.TypeText(),
                                                   "; expected ids, INT32 or INT64"));
  }
  if (found->spec.shape.size() > 1) {
    return absl::InvalidArgumentError(absl::StrCat(field_path, ": field '", found->spec.name,
                                                   "' is ", found->spec.TypeText(),
                                                   "; expected ids in one dimension"));
  }
  FRAZO_ASSIGN_OR_RETURN(const int32_t id, IdOf(*builder, config, found->spec));
  TellText(*found, config, builder);
  if (type == ValueType::kInt32) {
    return std::make_unique<AddIdStep<int32_t>>(found->id, config.end, id);
  }
  return std::make_unique<AddIdStep<int64_t>>(found->id, config.end, id);
}

// Adds the id of the end of a sentence after the ids of a field.
absl::StatusOr<std::unique_ptr<FieldStep>> MakeAppendEos(const Step::AppendEos& config,
                                                         StepBuilder* builder) {
  const int32_t id = config.eos_id();
  return MakeAddId({End::kEnd, "eos_id", config.field(), config.has_eos_id() ? &id : nullptr},
                   builder);
}

// Adds the id of the start of a sentence before the ids of a field.
absl::StatusOr<std::unique_ptr<FieldStep>> MakePrependSos(const Step::PrependSos& config,
                                                          StepBuilder* builder) {
  const int32_t id = config.sos_id();
  return MakeAddId({End::kStart, "sos_id", config.field(), config.has_sos_id() ? &id : nullptr},
                   builder);
}

FRAZO_REGISTER_STEP(Step::AppendEos, MakeAppendEos);
FRAZO_REGISTER_STEP(Step::PrependSos, MakePrependSos);

}  // namespace
}  // namespace frazo::process
