#include "core/process/record_processor.h"

#include <cstddef>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/numeric/fingerprint.h"
#include "core/process/column_parser.h"
#include "core/process/record_key.h"
#include "core/process/step_builder.h"
#include "core/process/step_registry.h"
#include "core/process/tf_example_parser.h"
#include "core/process/whole_record_parser.h"
#include "core/status/status_macros.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace frazo::process {
namespace {

// The field that is set in a Step.
struct StepConfig {
  // Its field path: "steps[2].truncate".
  std::string path;
  // The full name of its message, and the serialized message.
  std::string message;
  std::string serialized;
};

// `path` is the field path of the Step. Error: kInvalidArgument if no field is set.
absl::StatusOr<StepConfig> ReadStep(const std::string& path, const Step& config) {
  const google::protobuf::OneofDescriptor* const kinds =
      Step::descriptor()->FindOneofByName("kind");
  const google::protobuf::Reflection& reflection = *config.GetReflection();
  const google::protobuf::FieldDescriptor* const kind =
      reflection.GetOneofFieldDescriptor(config, kinds);
  if (kind == nullptr) {
    std::vector<std::string> names;
    for (int i = 0; i < kinds->field_count(); ++i) {
      names.emplace_back(kinds->field(i)->name());
    }
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": not set; expected one of ", absl::StrJoin(names, ", ")));
  }
  std::string kind_path = absl::StrCat(path, ".", kind->name());
  if (config.has_custom()) {
    const std::string& url = config.custom().type_url();
    return StepConfig{std::move(kind_path), url.substr(url.rfind('/') + 1),
                      config.custom().value()};
  }
  const google::protobuf::Message& message = reflection.GetMessage(config, kind);
  return StepConfig{std::move(kind_path), std::string(message.GetTypeName()),
                    message.SerializeAsString()};
}

}  // namespace

absl::StatusOr<std::unique_ptr<RecordProcessor>> RecordProcessor::Create(const Processor& config,
                                                                         int64_t seed) {
  auto processor = absl::WrapUnique(new RecordProcessor(seed));
  FieldTable table;
  FRAZO_RETURN_IF_ERROR(processor->AddParser(config, &table));
  for (int index = 0; index < config.steps_size(); ++index) {
    const std::string path = absl::StrCat("steps[", index, "]");
    FRAZO_RETURN_IF_ERROR(processor->AddStep(path, config.steps(index), &table));
  }
  if (table.fields().empty()) {
    return absl::InvalidArgumentError("steps: every field is dropped; keep at least one");
  }
  processor->types_ = table.types();
  for (const FieldTable::Field& field : table.fields()) {
    processor->outputs_.push_back(field.id);
    processor->schema_.features.push_back(field.spec);
  }
  return processor;
}

absl::Status RecordProcessor::AddParser(const Processor& config, FieldTable* table) {
  switch (config.parser_case()) {
    case Processor::kTfExample: {
      FRAZO_ASSIGN_OR_RETURN(parser_, TfExampleParser::Create(config.tf_example(), table));
      return absl::OkStatus();
    }
    case Processor::kTabSeparated: {
      FRAZO_ASSIGN_OR_RETURN(parser_, ColumnParser::Create(config.tab_separated(), table));
      return absl::OkStatus();
    }
    case Processor::kRaw: {
      FRAZO_ASSIGN_OR_RETURN(parser_, WholeRecordParser::Create(config.raw(), table));
      return absl::OkStatus();
    }
    case Processor::PARSER_NOT_SET:
      break;
  }
  return absl::InvalidArgumentError(
      "parser: not set; expected one of tf_example, tab_separated, raw");
}

absl::Status RecordProcessor::AddStep(const std::string& path, const Step& config,
                                      FieldTable* table) {
  FRAZO_ASSIGN_OR_RETURN(const StepConfig kind, ReadStep(path, config));
  const absl::StatusOr<StepMaker> maker = FindStep(kind.message);
  if (!maker.ok()) {
    return absl::Status(maker.status().code(),
                        absl::StrCat(kind.path, ": ", maker.status().message()));
  }
  StepBuilder builder(kind.path, table, &filters_, &random_steps_);
  FRAZO_ASSIGN_OR_RETURN(std::unique_ptr<FieldStep> step, (*maker)(kind.serialized, &builder));
  table->EndStep(kind.path);
  if (step != nullptr) steps_.push_back(std::move(step));
  return absl::OkStatus();
}

uint64_t RecordProcessor::vocabulary_fingerprint() const {
  uint64_t hash = 0;
  for (const std::unique_ptr<FieldStep>& step : steps_) {
    const uint64_t fingerprint = step->fingerprint();
    if (fingerprint == 0) continue;
    hash = numeric::CombineFingerprints(hash, fingerprint);
  }
  return hash;
}

absl::Status RecordProcessor::ProcessRecord(std::string_view record, RecordFields* fields) const {
  FRAZO_RETURN_IF_ERROR(parser_->Parse(record, fields));
  for (const std::unique_ptr<FieldStep>& step : steps_) {
    FRAZO_RETURN_IF_ERROR(step->Apply(fields));
    if (fields->filter().has_value()) break;
  }
  return absl::OkStatus();
}

void RecordProcessor::Process(absl::Span<const sources::SourceRecord> records,
                              ProcessedChunk* chunk) const {
  chunk->Begin(types_, outputs_);
  for (const sources::SourceRecord& record : records) {
    const uint64_t key = is_random() ? RecordKey(seed_, record.id) : 0;
    RecordFields* const fields = chunk->BeginRecord(record.id.source, key);
    chunk->EndRecord(ProcessRecord(record.data, fields));
  }
  chunk->End();
}

}  // namespace frazo::process
