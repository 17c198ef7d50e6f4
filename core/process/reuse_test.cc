#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "core/bytes/testing/scratch_folder.h"
#include "core/process/testing/allocation_counter.h"
#include "core/process/testing/processing.h"
#include "core/process/testing/wire_writer.h"
#include "gtest/gtest.h"

namespace frazo::process {
namespace {

std::string EverythingConfig(const bytes::ScratchFolder& scratch) {
  const std::string words = scratch.Write("words", "<unk>\n<s>\n</s>\none\ntwo\n");
  return R"pb(tf_example {
                features {
                  name: "text"
                  type: BYTES
                  shape {}
                }
                features {
                  name: "numbers"
                  type: BYTES
                  shape {}
                }
                features { name: "ids" type: INT64 }
                features {
                  name: "missing"
                  type: FLOAT32
                  default_values: [ 1, 2 ]
                }
                features { name: "image" type: UINT8 }
              }
              steps { tokenize { field: "text"
                                 tokenizer { word { vocabulary: ")pb" +
         words + R"pb(" } } } }
                      steps { append_eos { field: "text" } }
                      steps { prepend_sos { field: "text" } }
                      steps { copy { field: "ids" output: "more" } }
                      steps { truncate { field: "more" length: 1 } }
                      steps { parse_numbers { field: "numbers" } }
                      steps { filter_by_length { field: "ids" max_length: 3 } })pb";
}

std::vector<std::string> Records() {
  std::vector<std::string> records;
  for (int64_t index = 0; index < 200; ++index) {
    records.push_back(
        TfExample({FeatureEntry("text", BytesList({"one two one two what"})),
                   FeatureEntry("numbers", BytesList({"1 2 3"})),
                   FeatureEntry("ids", Int64List(std::vector<int64_t>(index % 5, index))),
                   FeatureEntry("image", BytesList({std::string(100, 'x')}))}));
  }
  return records;
}

TEST(ReuseTest, AWarmChunkAllocatesNothing) {
  bytes::ScratchFolder scratch;
  const auto processor = *MakeProcessor(EverythingConfig(scratch));
  const std::vector<std::string> records = Records();
  std::vector<sources::SourceRecord> source;
  for (const std::string& record : records) source.push_back({record, {}});
  ProcessedChunk chunk;
  processor->Process(source, &chunk);
  ASSERT_TRUE(chunk.bad_records().empty()) << chunk.bad_records()[0].status;
  const int64_t before = AllocationCount();
  processor->Process(source, &chunk);
  EXPECT_EQ(AllocationCount() - before, 0);
}

TEST(ReuseTest, ManyThreadsShareAProcessor) {
  bytes::ScratchFolder scratch;
  const auto processor = *MakeProcessor(EverythingConfig(scratch));
  const std::vector<std::string> records = Records();
  std::vector<sources::SourceRecord> source;
  for (const std::string& record : records) source.push_back({record, {}});
  std::vector<std::thread> threads;
  std::atomic<int> wrong{0};
  for (int number = 0; number < 8; ++number) {
    threads.emplace_back([&] {
      ProcessedChunk chunk;
      for (int repeat = 0; repeat < 20; ++repeat) {
        processor->Process(source, &chunk);
        // ids of index % 5 == 4 are longer than 3.
        if (chunk.filtered_records().size() != 40 || chunk.example(1)[2].As<int64_t>()[0] != 1)
          ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace frazo::process
