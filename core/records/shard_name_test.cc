#include "core/records/shard_name.h"

#include "core/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::records {
namespace {

using ::testing::Eq;
using ::testing::HasSubstr;

TEST(ShardNameTest, APatternIsTakenApartAtItsLastAt) {
  const auto pattern = ParseShardedPattern("a@b/c@d@12.tfrecord.gz");
  ASSERT_THAT(pattern, IsOk());
  ASSERT_TRUE(pattern->has_value());
  EXPECT_EQ((*pattern)->name, "a@b/c@d");
  EXPECT_EQ((*pattern)->extension, ".tfrecord.gz");
  EXPECT_THAT((*pattern)->shards, Eq(12));
}

TEST(ShardNameTest, AStarIsAnyNumberAndTheExtensionMayBeMissing) {
  const auto pattern = ParseShardedPattern("train@*");
  ASSERT_THAT(pattern, IsOk());
  EXPECT_EQ((*pattern)->name, "train");
  EXPECT_EQ((*pattern)->extension, "");
  EXPECT_THAT((*pattern)->shards, Eq(std::nullopt));
}

TEST(ShardNameTest, OtherPathsAreNoPatterns) {
  for (const char* path : {"train.tfrecord", "a@8/b", "me@example.org", "a@", "a@-1"}) {
    EXPECT_THAT(ParseShardedPattern(path), IsOkAndHolds(Eq(std::nullopt))) << path;
  }
}

TEST(ShardNameTest, TheNumberOfShardsHasItsBounds) {
  EXPECT_THAT(ParseShardedPattern("a@99999"), IsOk());
  for (const char* path : {"a@0", "a@100000", "a@99999999999999999999"}) {
    EXPECT_THAT(ParseShardedPattern(path), StatusIs(absl::StatusCode::kInvalidArgument,
                                                    HasSubstr("there must be 1 to 99999")));
  }
}

TEST(ShardNameTest, APathIsFiveDigitsOfFive) {
  EXPECT_EQ(ShardPath("d/train", 3, 8, ".tfrecord"), "d/train-00003-of-00008.tfrecord");
}

TEST(ShardNameTest, APathIsTakenApart) {
  const auto shard = ParseShardPath("d/train-00003-of-00008.txt", ".txt");
  ASSERT_TRUE(shard.has_value());
  EXPECT_EQ(shard->name, "d/train");
  EXPECT_EQ(shard->shard, 3);
  EXPECT_EQ(shard->shards, 8);
}

TEST(ShardNameTest, OtherPathsAreNoShards) {
  for (const char* path : {"train-00003-of-00008.csv", "train-0003-of-00008.txt", "-of-.txt",
                           ".txt", "train-00003-in-00008.txt", "train_00003-of-00008.txt",
                           "train-+0003-of-00008.txt", "train-00003-of-    8.txt"}) {
    EXPECT_FALSE(ParseShardPath(path, ".txt").has_value()) << path;
  }
}

}  // namespace
}  // namespace frazo::records
