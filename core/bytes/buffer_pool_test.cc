#include "core/bytes/buffer_pool.h"

#include <cstring>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace frazo::bytes {
namespace {

TEST(BufferPoolTest, GivesTheSameMemoryAgainOnceNobodyRefersToIt) {
  BufferPool pool(100);
  std::shared_ptr<char[]> first = pool.Take(40);
  const char* const address = first.get();
  const std::shared_ptr<const char> view(first, first.get() + 10);

  first.reset();
  EXPECT_NE(pool.Take(40).get(), address) << "a view refers to it";

  const char* const seen = view.get() - 10;
  EXPECT_EQ(seen, address);
}

TEST(BufferPoolTest, KeepsWhatWasGivenBackLast) {
  BufferPool pool(100);
  std::vector<std::shared_ptr<char[]>> buffers;
  for (int i = 0; i < 4; ++i) buffers.push_back(pool.Take(40));
  const char* const third = buffers[2].get();
  const char* const fourth = buffers[3].get();

  // The pool has space for two.
  for (auto& buffer : buffers) buffer.reset();

  const auto again = pool.Take(40);
  const auto then = pool.Take(40);
  EXPECT_EQ(again.get(), fourth);
  EXPECT_EQ(then.get(), third);
}

TEST(BufferPoolTest, MemoryOfAnotherSizeIsNotGiven) {
  BufferPool pool(100);
  pool.Take(40).reset();
  const auto larger = pool.Take(50);

  // All of the memory can be written to.
  std::memset(larger.get(), 1, 50);
}

TEST(BufferPoolTest, MemoryBeyondTheBoundIsNotKept) {
  BufferPool pool(100);
  pool.Take(40).reset();
  const char* kept;
  {
    const auto buffer = pool.Take(40);
    kept = buffer.get();
    pool.Take(101).reset();
  }
  EXPECT_EQ(pool.Take(40).get(), kept);
}

TEST(BufferPoolTest, MemoryMayOutliveThePool) {
  std::shared_ptr<char[]> memory;
  {
    BufferPool pool(100);
    memory = pool.Take(40);
  }
  std::memset(memory.get(), 1, 40);
}

TEST(BufferPoolTest, ThreadsShareIt) {
  BufferPool pool(1000);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&pool, i] {
      for (int round = 0; round < 1000; ++round) {
        const auto memory = pool.Take(100 + round % 3);
        std::memset(memory.get(), i, 100);
        for (int byte = 0; byte < 100; ++byte) ASSERT_EQ(memory[byte], i);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace frazo::bytes
