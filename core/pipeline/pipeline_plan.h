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

// The checked configuration of a pipeline, with its vocabularies loaded. Immutable: any number of
// pipelines in any threads may share it.
class PipelinePlan {
 public:
  // Looks up relative paths of files and vocabularies below the current folder, then below each of
  // `search_folders`. Errors name the field path, as in "processor.steps[2].truncate.field". Only
  // MakeStream() looks for the records' files.
  static absl::StatusOr<std::shared_ptr<const PipelinePlan>> Create(
      const frazo::Pipeline& config, std::vector<std::string> search_folders = {});

  const frazo::Pipeline& config() const { return config_; }
  const process::RecordProcessor& processor() const { return *processor_; }
  // The tensors of every batch, in their order.
  const std::vector<batch::BatchTensorSpec>& tensors() const { return tensors_; }
  // The meaning of Batch::bucket.
  const std::vector<std::string>& buckets() const { return buckets_; }
  // Number of threads that process records. >= 1.
  int threads() const { return threads_; }

  // The options with which MakeStream() reads the source.
  sources::RecordStream::Options StreamOptions() const;
  // Errors: as for RecordStream::Create().
  absl::StatusOr<std::unique_ptr<sources::RecordStream>> MakeStream() const;
  absl::StatusOr<std::unique_ptr<batch::Batcher>> MakeBatcher() const;

  // Writes everything that a state must agree with, except for the source.
  void WriteTo(PipelineState* state) const;
  // Error: kFailedPrecondition if another processor, batcher or vocabulary wrote the state; it
  // names the difference.
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
