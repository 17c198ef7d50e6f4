#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/bytes/testing/scratch_folder.h"
#include "core/ops/testing/graph_session.h"
#include "core/ops/testing/tensors.h"
#include "core/records/record_writer.h"
#include "frazo/proto/pipeline.pb.h"
#include "frazo/proto/record_source.pb.h"
#include "google/protobuf/text_format.h"

namespace frazo::ops {
namespace {

using ::google::protobuf::TextFormat;
using ::tensorflow::Tensor;
using ::tensorflow::tstring;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Returns the elements of a dataset until its end, each as a list of tensors. `elements` are the
// attributes with their types and shapes.
absl::StatusOr<std::vector<std::vector<Tensor>>> ReadAll(const std::string& dataset,
                                                         const GraphSession::Feeds& feeds,
                                                         const std::string& elements) {
  std::string graph = absl::StrCat(
      dataset, R"(node { name: "iterator" op: "IteratorV2" )", elements,
      R"( attr { key: "shared_name" value { s: "" } } attr { key: "container" value { s: "" } } })",
      R"(node { name: "start" op: "MakeIterator" input: "dataset" input: "iterator" })",
      R"(node { name: "next" op: "IteratorGetNext" input: "iterator" )", elements, "}");
  std::vector<std::string> fetches = {"next:0"};
  for (const auto& [name, value] : feeds) {
    absl::StrAppend(&graph, R"(node { name: ")", name,
                    R"(" op: "Placeholder" attr { key: "dtype" value { type: DT_STRING } } })");
  }
  for (size_t end = elements.find("DT_"), i = 0; end != std::string::npos; ++i) {
    if (i > 0) fetches.push_back(absl::StrCat("next:", i));
    end = elements.find("DT_", end + 1);
  }
  absl::StatusOr<GraphSession> session = GraphSession::Create(graph);
  if (!session.ok()) return session.status();
  const auto started = session->Run(feeds, {}, {"start"});
  if (!started.ok()) return started.status();
  std::vector<std::vector<Tensor>> all;
  while (true) {
    absl::StatusOr<std::vector<Tensor>> next = session->Run({}, fetches, {});
    if (absl::IsOutOfRange(next.status())) return all;
    if (!next.ok()) return next.status();
    all.push_back(*std::move(next));
  }
}

constexpr std::string_view kTexts =
    R"(attr { key: "output_types" value { list { type: DT_STRING } } }
       attr { key: "output_shapes" value { list { shape {} } } })";

class DatasetKernelsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto writer = records::RecordWriter::Create(file_, bytes::CompressionKind::kNone);
    ASSERT_TRUE(writer.ok()) << writer.status();
    for (const std::string_view record : {"1 2 3", "4"}) ASSERT_TRUE(writer->Write(record).ok());
    ASSERT_TRUE(writer->Close().ok());
  }

  absl::StatusOr<std::vector<std::vector<Tensor>>> Records(const std::string& file) {
    return ReadAll(R"(node { name: "dataset" op: "Frazo>RecordDataset"
                             input: "files" input: "compression" })",
                   {{"files", MakeTensor<tstring>({1}, {file})},
                    {"compression", MakeTensor<tstring>({}, {"none"})}},
                   std::string(kTexts));
  }

  std::string Files() const {
    return absl::StrCat("files { files { patterns: \"", file_, "\" } epochs: 1 }");
  }

  bytes::ScratchFolder folder_;
  const std::string file_ = folder_.Path("records");
};

TEST_F(DatasetKernelsTest, RecordsInTheOrderOfTheFile) {
  const auto records = Records(file_);
  ASSERT_TRUE(records.ok()) << records.status();
  ASSERT_EQ(records->size(), 2);
  EXPECT_THAT(Values<tstring>((*records)[0][0]), ElementsAre("1 2 3"));
  EXPECT_THAT(Values<tstring>((*records)[1][0]), ElementsAre("4"));
}

TEST_F(DatasetKernelsTest, AMissingFileIsNamed) {
  const auto records = Records(folder_.Path("none"));
  EXPECT_EQ(records.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(records.status().message(), HasSubstr("none"));
}

TEST_F(DatasetKernelsTest, RecordsOfASourceWithTheirNumberInAMixture) {
  frazo::RecordSource source;
  ASSERT_TRUE(TextFormat::ParseFromString(Files(), &source));
  const std::string elements =
      R"(attr { key: "output_types" value { list { type: DT_INT32 type: DT_STRING } } }
         attr { key: "output_shapes" value { list { shape {} shape {} } } })";
  const auto records = ReadAll(R"(node { name: "dataset" op: "Frazo>RecordSourceDataset"
                        input: "source" input: "folders" })",
                               {{"source", MakeTensor<tstring>({}, {source.SerializeAsString()})},
                                {"folders", MakeTensor<tstring>({0}, {})}},
                               elements);
  ASSERT_TRUE(records.ok()) << records.status();
  ASSERT_EQ(records->size(), 2);
  EXPECT_THAT(Values<int>((*records)[1][0]), ElementsAre(0));
  EXPECT_THAT(Values<tstring>((*records)[1][1]), ElementsAre("4"));
}

TEST_F(DatasetKernelsTest, BatchesOfAPipeline) {
  frazo::Pipeline pipeline;
  ASSERT_TRUE(TextFormat::ParseFromString(absl::StrCat("source { ", Files(), R"( }
        processor { raw { name: "n" } steps { parse_numbers { field: "n" type: INT32 } } }
        batcher { buckets { length_of: "n" bounds: 8 tokens: 16 } })"),
                                          &pipeline));
  const std::string elements =
      R"(attr { key: "output_types" value { list { type: DT_INT32 type: DT_INT32 } } }
         attr { key: "output_shapes" value { list {
           shape { dim { size: -1 } dim { size: -1 } } shape { dim { size: -1 } } } } })";
  const auto batches = ReadAll(absl::StrCat(R"(node { name: "dataset" op: "Frazo>PipelineDataset"
                                                      input: "config" input: "folders" )",
                                            elements, "}"),
                               {{"config", MakeTensor<tstring>({}, {pipeline.SerializeAsString()})},
                                {"folders", MakeTensor<tstring>({0}, {})}},
                               elements);
  ASSERT_TRUE(batches.ok()) << batches.status();
  // Both records fit into one batch of at most 16 tokens.
  ASSERT_EQ(batches->size(), 1);
  EXPECT_THAT(Values<int>((*batches)[0][0]), ElementsAre(1, 2, 3, 4, 0, 0));
  EXPECT_THAT(Values<int>((*batches)[0][1]), ElementsAre(3, 1));
}

}  // namespace
}  // namespace frazo::ops

// TensorFlow logs the memory of its iterators from a thread that never ends. LeakSanitizer calls
// this function by its name. NOLINTNEXTLINE(bugprone-reserved-identifier)
extern "C" const char* __lsan_default_suppressions() { return "leak:StartMemoryLoggerThread"; }
