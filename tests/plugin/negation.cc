// A plugin: a step that negates numbers, and another name for the format of text.

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "core/process/step_registry.h"
#include "core/records/record_file_formats.h"
#include "core/status/status_macros.h"
#include "google/protobuf/wrappers.pb.h"

namespace negation {
namespace {

class NegateStep : public frazo::process::FieldStep {
 public:
  explicit NegateStep(frazo::process::FieldId field) : field_(field) {}

  absl::Status Apply(frazo::process::RecordFields* fields) const override {
    std::vector<int32_t>& column = fields->Continue<int32_t>(field_);
    for (size_t i = column.size() - fields->count(field_); i < column.size(); ++i) {
      column[i] = -column[i];
    }
    return absl::OkStatus();
  }

 private:
  const frazo::process::FieldId field_;
};

// `config` is the name of the field.
absl::StatusOr<std::unique_ptr<frazo::process::FieldStep>> MakeNegate(
    const google::protobuf::StringValue& config, frazo::process::StepBuilder* builder) {
  FRAZO_ASSIGN_OR_RETURN(const frazo::process::FieldTable::Field* const field,
                         builder->fields().Find(builder->config_path("value"), config.value()));
  return std::make_unique<NegateStep>(field->id);
}

absl::StatusOr<std::unique_ptr<frazo::records::RecordFile>> OpenLines(
    std::string path, const frazo::records::RecordFile::Options& options,
    frazo::records::RecordPosition start) {
  FRAZO_ASSIGN_OR_RETURN(const frazo::records::RecordFileOpener open,
                         frazo::records::FindRecordFormat("text"));
  return open(std::move(path), options, start);
}

FRAZO_REGISTER_STEP(google::protobuf::StringValue, MakeNegate);
FRAZO_REGISTER_RECORD_FORMAT("lines", OpenLines);

}  // namespace
}  // namespace negation
