#ifndef FRAZO_CORE_PIPELINE_PIPELINE_PLAN_H_
#define FRAZO_CORE_PIPELINE_PIPELINE_PLAN_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/batch/batcher.h"
#include "core/process/record_processor.h"
#include "core/sources/record_stream.h"
#include "frazo/proto/pipeline.pb.h"
#include "frazo/proto/pipeline_state.pb.h"

namespace frazo::pipeline {

// A pipeline's configuration, checked, with its vocabularies loaded. Immutable: any number of
// pipelines in any threads may share one.
class PipelinePlan {
 public:
  // Relative paths of files and vocabularies are looked for below the current folder, then below
  // each of `search_folders`. Errors name the path in the configuration, as in
  // "processor.steps[2].truncate.field". The records' files are looked for by MakeStream() only.
  static absl::StatusOr<std::shared_ptr<const PipelinePlan>> Create(
      const frazo::Pipeline& config, std::vector<std::string> search_folders = {});

  const frazo::Pipeline& config() const { return config_; }
  const process::RecordProcessor& processor() const { return *processor_; }
  // The tensors of every batch, in their order.
  const std::vector<batch::BatchTensorSpec>& tensors() const { return tensors_; }
  // What Batch::bucket counts.
  const std::vector<std::string>& buckets() const { return buckets_; }
  // Number of threads that process records. >= 1.
  int threads() const { return threads_; }

  // What MakeStream() reads the source with.
  sources::RecordStream::Options StreamOptions() const;
  // Errors: as for RecordStream::Create().
  absl::StatusOr<std::unique_ptr<sources::RecordStream>> MakeStream() const;
  absl::StatusOr<std::unique_ptr<batch::Batcher>> MakeBatcher() const;

  // Writes what a state must agree with besides the source.
  void WriteTo(PipelineState* state) const;
  // Error: kFailedPrecondition if another processor, batcher or vocabulary wrote it; names what
  // differs.
  absl::Status Check(const PipelineState& state) const;

 private:
  PipelinePlan() = default;

  frazo::Pipeline config_;
  std::vector<std::string> search_folders_;
  std::unique_ptr<const process::RecordProcessor> processor_;
  std::vector<batch::BatchTensorSpec> tensors_;
  std::vector<std::string> buckets_;
  int threads_ = 1;
};

}  // namespace frazo::pipeline

#endif  // FRAZO_CORE_PIPELINE_PIPELINE_PLAN_H_
