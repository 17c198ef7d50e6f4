#include "core/process/record_processor.h"

#include <cstddef>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "core/process/column_parser.h"
#include "core/process/steps/copy.h"
#include "core/process/steps/filter_by_length.h"
#include "core/process/steps/parse_numbers.h"
#include "core/process/steps/sentence_ends.h"
#include "core/process/steps/tokenize.h"
#include "core/process/steps/truncate.h"
#include "core/process/tf_example_parser.h"
#include "core/process/whole_record_parser.h"
#include "core/status/status_macros.h"

namespace frazo::process {

absl::StatusOr<std::unique_ptr<RecordProcessor>> RecordProcessor::Create(const Processor& config) {
  auto processor = absl::WrapUnique(new RecordProcessor);
  FieldTable table;
  FRAZO_RETURN_IF_ERROR(processor->AddParser(config, &table));
  for (int index = 0; index < config.steps_size(); ++index) {
    const std::string place = absl::StrCat("steps[", index, "]");
    FRAZO_RETURN_IF_ERROR(processor->AddStep(place, config.steps(index), &table));
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

absl::Status RecordProcessor::AddStep(const std::string& place, const Step& config,
                                      FieldTable* table) {
  absl::StatusOr<std::unique_ptr<FieldStep>> step;
  switch (config.kind_case()) {
    case Step::kTokenize:
      step = MakeTokenize(absl::StrCat(place, ".tokenize"), config.tokenize(), table);
      break;
    case Step::kTruncate:
      step = MakeTruncate(absl::StrCat(place, ".truncate"), config.truncate(), table);
      break;
    case Step::kAppendEos:
      step = MakeAppendEos(absl::StrCat(place, ".append_eos"), config.append_eos(), table);
      break;
    case Step::kPrependSos:
      step = MakePrependSos(absl::StrCat(place, ".prepend_sos"), config.prepend_sos(), table);
      break;
    case Step::kFilterByLength: {
      const std::string step_place = absl::StrCat(place, ".filter_by_length");
      const int32_t filter = static_cast<int32_t>(filters_.size());
      step = MakeFilterByLength(step_place, config.filter_by_length(), filter, table);
      filters_.push_back(absl::StrCat(step_place, " '", config.filter_by_length().field(), "'"));
      break;
    }
    case Step::kParseNumbers:
      step = MakeParseNumbers(absl::StrCat(place, ".parse_numbers"), config.parse_numbers(), table);
      break;
    case Step::kCopy:
      step = MakeCopy(absl::StrCat(place, ".copy"), config.copy(), table);
      break;
    case Step::kDrop: {
      // Nothing happens to the records: the field is only no feature at the end.
      const std::string& field = config.drop().field();
      FRAZO_RETURN_IF_ERROR(table->Find(absl::StrCat(place, ".drop.field"), field).status());
      table->Remove(field);
      return absl::OkStatus();
    }
    case Step::KIND_NOT_SET:
      return absl::InvalidArgumentError(
          absl::StrCat(place,
                       ": not set; expected one of tokenize, truncate, append_eos, "
                       "prepend_sos, filter_by_length, parse_numbers, drop, copy"));
  }
  if (!step.ok()) return step.status();
  steps_.push_back(*std::move(step));
  return absl::OkStatus();
}

uint64_t RecordProcessor::vocabulary_fingerprint() const {
  uint64_t hash = 0;
  for (const std::unique_ptr<FieldStep>& step : steps_) {
    const uint64_t fingerprint = step->fingerprint();
    if (fingerprint == 0) continue;
    // An odd factor and a fold, so that every bit counts and the order does.
    hash = (hash ^ fingerprint) * 0x9e3779b97f4a7c15;
    hash ^= hash >> 32;
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
    RecordFields* const fields = chunk->BeginRecord();
    chunk->EndRecord(ProcessRecord(record.data, fields));
  }
  chunk->End();
}

}  // namespace frazo::process
