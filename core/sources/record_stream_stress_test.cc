// Many lanes and reader threads, many streams at once, and streams destroyed at any moment: for the
// sanitizers.

#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "core/bytes/testing/scratch_folder.h"
#include "core/numeric/random.h"
#include "core/sources/record_stream.h"
#include "core/sources/testing/record_streams.h"
#include "core/status/status_matchers.h"
#include "core/testing/test_variation.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::sources {
namespace {

RecordSource WideSource(const bytes::ScratchFolder& scratch) {
  RecordSource source = SourceOf(scratch, "a");
  source.mutable_files()->set_epochs(3);
  source.mutable_files()->mutable_shuffle()->set_buffer_records(300);
  // Small buffers, so that there are many runs.
  source.mutable_files()->mutable_shuffle()->set_buffer_bytes(1 << 20);
  source.mutable_files()->mutable_shuffle()->set_lanes(32);
  return source;
}

RecordStream::Options ManyReaders() {
  RecordStream::Options options;
  options.reader_threads = 32;
  return options;
}

TEST(RecordStreamStressTest, StreamsInThreadsAllGiveTheSameOrder) {
  bytes::ScratchFolder scratch;
  WriteRecordFiles(scratch, "a", std::vector<int>(40, 100));
  const RecordSource source = WideSource(scratch);
  std::vector<std::vector<std::string>> orders(4);
  std::vector<std::thread> threads;
  for (size_t i = 0; i < orders.size(); ++i) {
    // Created here: ThreadSanitizer can't see the lock with which protobuf makes the default of a
    // string field.
    threads.emplace_back([stream = OpenStream(source, ManyReaders()), &order = orders[i], i] {
      order = ReadStream(*stream, 10 + 50 * i).records;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(orders[0].size(), 3 * 4000);
  for (const std::vector<std::string>& order : orders) EXPECT_EQ(order, orders[0]);
}

TEST(RecordStreamStressTest, StreamsMayBeLeftAtAnyMoment) {
  bytes::ScratchFolder scratch;
  WriteRecordFiles(scratch, "a", std::vector<int>(40, 100));
  RecordSource source = WideSource(scratch);
  RecordSource mixture;
  for (int part = 0; part < 3; ++part) {
    *mixture.mutable_mixture()->add_parts()->mutable_source() = source.files();
  }
  numeric::Random random({TestSeed(1)});
  std::vector<RecordChunk> kept;
  for (int trial = 0; trial < 100; ++trial) {
    const auto stream = OpenStream(trial % 2 == 0 ? source : mixture, ManyReaders());
    RecordChunk chunk;
    for (uint64_t chunks = random.Below(5); chunks > 0; --chunks) {
      ASSERT_TRUE(stream->NextChunk(1 + random.Below(200), &chunk));
    }
    kept.push_back(chunk);
    if (random.Below(2) == 0) std::this_thread::yield();
  }
  // Chunks outlive their streams.
  size_t bytes = 0;
  for (const RecordChunk& chunk : kept) {
    for (const SourceRecord& record : chunk.records()) {
      bytes += std::string(record.data).size();
    }
  }
  EXPECT_GT(bytes, 0);
}

}  // namespace
}  // namespace frazo::sources
