#include "core/pipeline/pipeline_plan.h"

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "core/pipeline/message_difference.h"
#include "core/records/file_pattern.h"
#include "core/status/status_macros.h"
#include "frazo/proto/batcher.pb.h"
#include "frazo/proto/processor.pb.h"
#include "frazo/proto/tokenizer.pb.h"

namespace frazo::pipeline {
namespace {

// Prepends the field path to the message of `status`.
absl::Status At(std::string_view path, const absl::Status& status) {
  return absl::Status(status.code(), absl::StrCat(path, status.message()));
}

absl::Status CheckNumbers(const frazo::Pipeline& config) {
  if (config.threads() < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("threads: is ", config.threads(), " but must be at least 0"));
  }
  if (config.reader_threads() < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("reader_threads: is ", config.reader_threads(), " but must be at least 0"));
  }
  if (config.processor().max_bad_records() < 0) {
    return absl::InvalidArgumentError(absl::StrCat("processor.max_bad_records: is ",
                                                   config.processor().max_bad_records(),
                                                   " but must be at least 0"));
  }
  if (config.batcher().prefetch_batches() < 1) {
    return absl::InvalidArgumentError(absl::StrCat("batcher.prefetch_batches: is ",
                                                   config.batcher().prefetch_batches(),
                                                   " but must be at least 1"));
  }
  return absl::OkStatus();
}

// Returns the path of an existing file for a relative path. If there is none, returns the path
// unchanged, and opening it will fail with a message.
std::string Find(const std::string& path, const std::vector<std::string>& search_folders) {
  std::error_code ignored;
  if (path.empty() || path.front() == '/' || std::filesystem::exists(path, ignored)) return path;
  for (const std::string& folder : search_folders) {
    std::string candidate = absl::StrCat(folder, "/", path);
    if (std::filesystem::exists(candidate, ignored)) return candidate;
  }
  return path;
}

// Returns the paths of the files that a tokenizer reads.
std::vector<std::string*> VocabularyPaths(frazo::Tokenizer* tokenizer) {
  switch (tokenizer->kind_case()) {
    case frazo::Tokenizer::kGrapheme:
      if (!tokenizer->grapheme().has_vocabulary()) return {};
      return {tokenizer->mutable_grapheme()->mutable_vocabulary()};
    case frazo::Tokenizer::kWord:
      return {tokenizer->mutable_word()->mutable_vocabulary()};
    case frazo::Tokenizer::kBpe:
      return {tokenizer->mutable_bpe()->mutable_merges(),
              tokenizer->mutable_bpe()->mutable_vocabulary()};
    case frazo::Tokenizer::kSentencepiece:
      return {tokenizer->mutable_sentencepiece()->mutable_model()};
    case frazo::Tokenizer::kWordPiece:
      return {tokenizer->mutable_word_piece()->mutable_vocabulary()};
    case frazo::Tokenizer::KIND_NOT_SET:
      return {};
  }
  return {};
}

// Replaces the patterns of object databases by the paths of existing files. A pattern without any
// stays, and reading it will fail with a message.
void FindDatabases(const std::vector<std::string>& search_folders, PrepareScene* scene) {
  for (SceneStep& step : *scene->mutable_steps()) {
    if (!step.has_paste_objects()) continue;
    std::vector<std::string> paths;
    for (const std::string& pattern : step.paste_objects().database()) {
      const auto found = records::ExpandFilePattern(pattern, search_folders);
      if (found.ok()) {
        paths.insert(paths.end(), found->begin(), found->end());
      } else {
        paths.push_back(pattern);
      }
    }
    step.mutable_paste_objects()->mutable_database()->Assign(paths.begin(), paths.end());
  }
}

// Finds the files that steps read.
void FindFiles(const std::vector<std::string>& search_folders, Processor* processor) {
  for (Step& step : *processor->mutable_steps()) {
    if (step.has_prepare_scene()) FindDatabases(search_folders, step.mutable_prepare_scene());
    if (!step.has_tokenize()) continue;
    for (std::string* path : VocabularyPaths(step.mutable_tokenize()->mutable_tokenizer())) {
      *path = Find(*path, search_folders);
    }
  }
}

// Removes the paths of vocabularies and databases, which a state does not depend on: it has their
// fingerprint.
Processor WithoutPaths(Processor processor) {
  processor.clear_max_bad_records();
  for (Step& step : *processor.mutable_steps()) {
    if (step.has_prepare_scene()) {
      for (SceneStep& change : *step.mutable_prepare_scene()->mutable_steps()) {
        if (change.has_paste_objects()) change.mutable_paste_objects()->clear_database();
      }
    }
    if (!step.has_tokenize()) continue;
    for (std::string* path : VocabularyPaths(step.mutable_tokenize()->mutable_tokenizer())) {
      path->clear();
    }
  }
  return processor;
}

frazo::Batcher WithoutPrefetch(frazo::Batcher batcher) {
  batcher.clear_prefetch_batches();
  return batcher;
}

absl::Status Refuse(std::string_view part, std::string_view difference) {
  return absl::FailedPreconditionError(absl::StrCat(
      "the state was saved with another ", part, ": ", difference,
      "; restore it into a pipeline of the configuration that it was saved with, or start without "
      "it"));
}

}  // namespace

absl::StatusOr<std::shared_ptr<const PipelinePlan>> PipelinePlan::Create(
    const frazo::Pipeline& config, std::vector<std::string> search_folders) {
  FRAZO_RETURN_IF_ERROR(CheckNumbers(config));
  auto plan = absl::WrapUnique(new PipelinePlan);
  plan->config_ = config;
  FindFiles(search_folders, plan->config_.mutable_processor());
  plan->search_folders_ = std::move(search_folders);
  plan->threads_ = config.threads() > 0
                       ? config.threads()
                       : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  auto processor = process::RecordProcessor::Create(plan->config_.processor(), config.seed());
  if (!processor.ok()) return At("processor.", processor.status());
  plan->processor_ = *std::move(processor);
  FRAZO_ASSIGN_OR_RETURN(const std::unique_ptr<batch::Batcher> batcher, plan->MakeBatcher());
  plan->tensors_ = batcher->tensors();
  plan->buckets_ = batcher->buckets();
  return plan;
}

sources::RecordStream::Options PipelinePlan::StreamOptions() const {
  sources::RecordStream::Options options;
  options.seed = config_.seed();
  options.replica = config_.replica();
  options.replicas = config_.replicas();
  options.skip_damaged = config_.skip_damaged();
  options.search_folders = search_folders_;
  options.reader_threads = config_.reader_threads();
  return options;
}

absl::StatusOr<std::unique_ptr<sources::RecordStream>> PipelinePlan::MakeStream() const {
  auto stream = sources::RecordStream::Create(config_.source(), StreamOptions());
  if (!stream.ok()) return At("source: ", stream.status());
  return stream;
}

absl::StatusOr<std::unique_ptr<batch::Batcher>> PipelinePlan::MakeBatcher() const {
  auto batcher = batch::Batcher::Create(config_.batcher(), processor_->schema());
  if (!batcher.ok()) return At("batcher.", batcher.status());
  return batcher;
}

void PipelinePlan::WriteTo(PipelineState* state) const {
  *state->mutable_processor() = WithoutPaths(config_.processor());
  *state->mutable_batcher() = WithoutPrefetch(config_.batcher());
  state->set_vocabularies(processor_->vocabulary_fingerprint());
  if (processor_->is_random()) state->set_seed(config_.seed());
}

absl::Status PipelinePlan::Check(const PipelineState& state) const {
  const std::string processor =
      FirstDifference(state.processor(), WithoutPaths(config_.processor()));
  if (!processor.empty()) return Refuse("processor", absl::StrCat("processor.", processor));
  const std::string batcher = FirstDifference(state.batcher(), WithoutPrefetch(config_.batcher()));
  if (!batcher.empty()) return Refuse("batcher", absl::StrCat("batcher.", batcher));
  if (state.vocabularies() != processor_->vocabulary_fingerprint()) {
    return Refuse("vocabulary or object database",
                  absl::StrCat("the fingerprint of the files that the steps read was ",
                               absl::Hex(state.vocabularies(), absl::kZeroPad16), " and is ",
                               absl::Hex(processor_->vocabulary_fingerprint(), absl::kZeroPad16)));
  }
  if (processor_->is_random() && state.seed() != config_.seed()) {
    return Refuse("seed", absl::StrCat("it was ", state.seed(), " and is ", config_.seed()));
  }
  return absl::OkStatus();
}

}  // namespace frazo::pipeline
