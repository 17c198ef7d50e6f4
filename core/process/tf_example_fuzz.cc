// Reads arbitrary bytes as a tf.Example. The result must be that of protobuf. Bytes that protobuf
// can't read may be an error or not, because the scan does not look at features that nobody wants.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/process/processed_chunk.h"
#include "core/process/record_processor.h"
#include "core/process/testing/random_tf_example.h"
#include "core/process/testing/tf_example_reference.h"
#include "core/testing/fuzz_target.h"

namespace frazo::process {
namespace {

std::unique_ptr<RecordProcessor> MakeReader() {
  Processor config;
  const std::pair<const char*, FeatureType> features[] = {
      {"a", INT64}, {"b", FLOAT32}, {"c", BYTES}, {"d", INT32}, {"e", UINT8}};
  for (const auto& [name, type] : features) {
    ExampleParser::Feature* const feature = config.mutable_tf_example()->add_features();
    feature->set_name(name);
    feature->set_type(type);
  }
  return *RecordProcessor::Create(config);
}

// Returns the values as text, floats by their bits.
template <typename Values>
std::string Text(const Values& values) {
  std::string text;
  for (const auto& value : values) {
    if constexpr (std::is_same_v<std::decay_t<decltype(value)>, float>) {
      uint32_t bits;
      std::memcpy(&bits, &value, sizeof(bits));
      text += std::to_string(bits) + ",";
    } else if constexpr (std::is_arithmetic_v<std::decay_t<decltype(value)>>) {
      text += std::to_string(value) + ",";
    } else {
      text += std::to_string(value.size()) + ":" + std::string(value) + ",";
    }
  }
  return text;
}

std::string Text(const FeatureValues& values) {
  switch (values.type) {
    case ValueType::kInt64:
      return Text(values.As<int64_t>());
    case ValueType::kInt32:
      return Text(values.As<int32_t>());
    case ValueType::kFloat32:
      return Text(values.As<float>());
    case ValueType::kUint8:
      return values.count == 0
                 ? ""
                 : Text(std::vector<std::string_view>{
                       {static_cast<const char*>(values.data), static_cast<size_t>(values.count)}});
    case ValueType::kBytes:
      break;
  }
  return Text(values.As<std::string_view>());
}

void Require(bool condition, const std::string& what) {
  if (condition) return;
  std::fprintf(stderr, "not as protobuf reads it: %s\n", what.c_str());
  std::abort();
}

void Check(std::string_view record) {
  static RecordProcessor* const processor = MakeReader().release();
  static TfExampleReference* const reference = new TfExampleReference;
  ProcessedChunk chunk;
  processor->Process({sources::SourceRecord{record, {}}}, &chunk);
  if (chunk.outcome(0) != ProcessedChunk::Outcome::kExample) return;
  std::optional<TfExampleReference::Features> read = reference->Parse(record);
  if (!read.has_value()) return;
  const std::vector<FeatureSpec>& specs = processor->schema().features;
  for (size_t index = 0; index < specs.size(); ++index) {
    const TfExampleReference::Feature& wanted = (*read)[specs[index].name];
    const std::string got = Text(chunk.example(0)[index]);
    const std::string text = Text(wanted.int64s) + Text(wanted.floats) + Text(wanted.bytes);
    // An empty UINT8 value counts as missing.
    Require(got == text || (specs[index].type == ValueType::kUint8 && text == "0:,"),
            specs[index].name + ": " + got + " instead of " + text);
  }
}

}  // namespace
}  // namespace frazo::process

std::vector<std::string> frazo::FuzzSeeds() {
  using namespace process;
  std::vector<std::string> seeds;
  RandomTfExample examples(1);
  for (int count = 0; count < 50; ++count) seeds.push_back(examples.Make());
  return seeds;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  frazo::process::Check({reinterpret_cast<const char*>(data), size});
  return 0;
}
