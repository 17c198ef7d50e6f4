#ifndef FRAZO_CORE_PIPELINE_TESTING_TEXT_PIPELINE_H_
#define FRAZO_CORE_PIPELINE_TESTING_TEXT_PIPELINE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "core/batch/batch.h"
#include "core/bytes/testing/scratch_folder.h"
#include "core/pipeline/pipeline.h"
#include "core/pipeline/pipeline_plan.h"
#include "core/process/example.h"
#include "core/sources/testing/record_streams.h"
#include "core/status/status_matchers.h"
#include "frazo/proto/pipeline.pb.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace frazo::pipeline {

// For tests: parses a configuration and replaces FOLDER by the folder's path.
inline frazo::Pipeline ParseConfig(const bytes::ScratchFolder& scratch, std::string_view text) {
  frazo::Pipeline config;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
      absl::StrReplaceAll(text, {{"FOLDER", scratch.Path("")}}), &config))
      << text;
  return config;
}

// For tests: creates a pipeline. If that fails, the test fails. Never null.
inline std::unique_ptr<Pipeline> MakePipeline(const frazo::Pipeline& config) {
  absl::StatusOr<std::shared_ptr<const PipelinePlan>> plan = PipelinePlan::Create(config);
  if (!plan.ok()) ADD_FAILURE() << plan.status();
  absl::StatusOr<std::unique_ptr<Pipeline>> pipeline = Pipeline::Create(*std::move(plan));
  if (!pipeline.ok()) ADD_FAILURE() << pipeline.status();
  return *std::move(pipeline);
}

// For tests: writes `files` files, each with `pairs` pairs of sentences of 0 to 11 words, and the
// vocabulary words.txt.
inline void WritePairs(const bytes::ScratchFolder& scratch, int files, int pairs) {
  scratch.Write("words.txt", "<unk>\n<s>\n</s>\na\nb\nc\nd\ne\n");
  uint64_t random = 1;
  const auto sentence = [&] {
    random = random * 6364136223846793005u + 1442695040888963407u;
    std::string words;
    for (uint64_t i = 0; i < (random >> 33) % 12; ++i) {
      absl::StrAppend(&words, i == 0 ? "" : " ", std::string(1, "abcdefg"[(random >> i) % 7]));
    }
    return words;
  };
  for (int file = 0; file < files; ++file) {
    std::vector<std::string> records;
    for (int pair = 0; pair < pairs; ++pair) {
      const std::string source = sentence();
      records.push_back(absl::StrCat(source, "\t", sentence()));
    }
    scratch.Write(absl::StrCat("pairs-", absl::Dec(file, absl::kZeroPad3)),
                  records::EncodeRecords(records));
  }
}

// For tests: a processor for the files of WritePairs(); it drops the shortest examples.
inline constexpr std::string_view kTextProcessor = R"pb(
  processor {
    tab_separated { columns: "source" columns: "target" }
    steps {
      tokenize {
        field: "source"
        tokenizer { word { vocabulary: "FOLDER/words.txt" } }
      }
    }
    steps {
      tokenize {
        field: "target"
        tokenizer { word { vocabulary: "FOLDER/words.txt" } }
      }
    }
    steps { append_eos { field: "target" } }
    steps { filter_by_length { field: "source" min_length: 1 } }
    max_bad_records: 3
  }
)pb";

// For tests: returns a whole batch as text.
inline std::string BatchText(const batch::Batch& batch) {
  std::string text = absl::StrCat("bucket ", batch.bucket, " examples ", batch.examples, "\n");
  for (const batch::BatchTensor& tensor : batch.tensors) {
    absl::StrAppend(&text, tensor.name, "[");
    for (const int64_t size : tensor.shape) absl::StrAppend(&text, size, ",");
    absl::StrAppend(&text, "] ");
    for (int64_t i = 0; i < tensor.element_count(); ++i) {
      if (tensor.type == process::ValueType::kInt32)
        absl::StrAppend(&text, tensor.data<int32_t>()[i], " ");
      if (tensor.type == process::ValueType::kBytes) absl::StrAppend(&text, tensor.string(i), "|");
    }
    absl::StrAppend(&text, "\n");
  }
  return text;
}

// For tests: reads up to `limit` batches as text.
inline std::vector<std::string> ReadBatches(Pipeline& pipeline, int64_t limit = 1'000'000) {
  std::vector<std::string> texts;
  batch::Batch batch;
  while (texts.size() < limit && pipeline.Next(&batch)) texts.push_back(BatchText(batch));
  return texts;
}

}  // namespace frazo::pipeline

#endif  // FRAZO_CORE_PIPELINE_TESTING_TEXT_PIPELINE_H_
