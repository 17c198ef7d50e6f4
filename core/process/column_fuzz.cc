// Reads arbitrary bytes as columns, the last of them as numbers.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/process/processed_chunk.h"
#include "core/process/record_processor.h"
#include "core/testing/fuzz_target.h"

namespace frazo::process {
namespace {

std::unique_ptr<RecordProcessor> MakeReader() {
  Processor config;
  for (const char* const name : {"a", "", "c"}) config.mutable_tab_separated()->add_columns(name);
  config.add_steps()->mutable_parse_numbers()->set_field("c");
  return *RecordProcessor::Create(config);
}

void Check(std::string_view record) {
  static RecordProcessor* const processor = MakeReader().release();
  ProcessedChunk chunk;
  processor->Process({sources::SourceRecord{record, {}}}, &chunk);
  const size_t first = record.find('\t');
  const size_t last = record.rfind('\t');
  const bool has_three_columns =
      first != std::string_view::npos && first != last && record.find('\t', first + 1) == last;
  const bool is_example = chunk.outcome(0) == ProcessedChunk::Outcome::kExample;
  Require(has_three_columns || !is_example, "an example has three columns");
  if (!is_example) return;
  const Example example = chunk.example(0);
  Require(example[0].As<std::string_view>()[0] == record.substr(0, first),
          "the first column is as it stands");
  std::string written;
  for (const int64_t number : example[1].As<int64_t>()) written += std::to_string(number) + " ";
  // Numbers that are written and read again must stay the same.
  const std::string again = "x\ty\t" + written;
  ProcessedChunk second;
  processor->Process({sources::SourceRecord{again, {}}}, &second);
  Require(second.outcome(0) == ProcessedChunk::Outcome::kExample &&
              second.example(0)[1].As<int64_t>() == example[1].As<int64_t>(),
          "numbers survive being written");
}

}  // namespace
}  // namespace frazo::process

std::vector<std::string> frazo::FuzzSeeds() {
  using namespace process;
  return {"text\tmore\t12 -3,9223372036854775807", "\t\t", "a\tb\t0"};
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  frazo::process::Check({reinterpret_cast<const char*>(data), size});
  return 0;
}
