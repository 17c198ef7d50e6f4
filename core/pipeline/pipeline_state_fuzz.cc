// Restores a pipeline from arbitrary bytes. A state that is not refused must give batches, an error
// or the end.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/bytes/testing/scratch_folder.h"
#include "core/pipeline/pipeline.h"
#include "core/pipeline/pipeline_plan.h"
#include "core/pipeline/testing/text_pipeline.h"
#include "core/testing/fuzz_target.h"

namespace frazo::pipeline {
namespace {

constexpr const char* kSources[] = {
    "source { files { files { patterns: 'FOLDER/pairs-*' } epochs: 1 } }",
    "source { files { files { patterns: 'FOLDER/pairs-*' } epochs: 2 "
    "shuffle { buffer_records: 16 lanes: 2 } } }",
    "source { mixture { at_end: DROP "
    "parts { source { files { patterns: 'FOLDER/pairs-000' } epochs: 2 shuffle {} } weight: 3 } "
    "parts { source { files { patterns: 'FOLDER/pairs-001' } epochs: 1 } } } }"};
constexpr const char kBatcher[] =
    "threads: 1 batcher { buckets { length_of: ['source', 'target'] bounds: [4, 8] "
    "tokens: 16 } prefetch_batches: 1 }";

// Plans of the sources above, and their files.
struct Setup {
  Setup() {
    WritePairs(scratch, 2, 20);
    for (const char* const source : kSources) {
      plans.push_back(*PipelinePlan::Create(
          ParseConfig(scratch, absl::StrCat(source, kTextProcessor, kBatcher))));
    }
  }

  bytes::ScratchFolder scratch;
  std::vector<std::shared_ptr<const PipelinePlan>> plans;
};

const std::vector<std::shared_ptr<const PipelinePlan>>& Plans() {
  static const Setup setup;
  return setup.plans;
}

void Check(std::string_view input) {
  if (input.empty()) return;
  const auto pipeline = Pipeline::Create(Plans()[static_cast<uint8_t>(input[0]) % 3]);
  if (!pipeline.ok()) std::abort();
  if (!(*pipeline)->Restore(input.substr(1)).ok()) return;
  // A batch more often than not says whether the state fits; all of them would be slow.
  batch::Batch batch;
  if (!(*pipeline)->Next(&batch)) return;
  // What was restored can be saved and restored.
  if (!(*pipeline)->Restore((*pipeline)->SaveState()).ok()) std::abort();
}

}  // namespace
}  // namespace frazo::pipeline

std::vector<std::string> frazo::FuzzSeeds() {
  using namespace pipeline;
  std::vector<std::string> seeds;
  for (size_t plan = 0; plan < Plans().size(); ++plan) {
    const auto pipeline = *pipeline::Pipeline::Create(Plans()[plan]);
    for (int batches = 0; batches < 3; ++batches) {
      seeds.push_back(std::string(1, static_cast<char>(plan)) + pipeline->SaveState());
      batch::Batch batch;
      if (!pipeline->Next(&batch)) std::abort();
    }
  }
  return seeds;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  frazo::pipeline::Check({reinterpret_cast<const char*>(data), size});
  return 0;
}
