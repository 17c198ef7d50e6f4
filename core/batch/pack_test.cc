#include "core/batch/pack.h"

#include <map>
#include <random>
#include <utility>
#include <vector>

#include "core/status/status_matchers.h"
#include "core/testing/test_variation.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::batch {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;

// [sequence, stream] of two streams.
std::vector<int64_t> Pairs(const std::vector<int64_t>& source, const std::vector<int64_t>& target) {
  std::vector<int64_t> lengths;
  for (size_t index = 0; index < source.size(); ++index) {
    lengths.push_back(source[index]);
    lengths.push_back(target[index]);
  }
  return lengths;
}

TEST(PackTest, SpreadsPairsOverTwoRowsLikeLingvosPackSequences) {
  const std::vector<int64_t> lengths = Pairs({2, 3, 1, 2}, {1, 3, 2, 2});
  PackOptions options;
  options.row_lengths = {5, 5};
  options.rows = 2;
  options.spread = true;
  const Packing packing = *Pack(lengths, options);
  EXPECT_EQ(packing.rows, 2);
  EXPECT_EQ(packing.left_out, 0);
  const PackedStream source = LayOut(packing, lengths, options, 0);
  EXPECT_THAT(source.segment_ids, ElementsAre(1, 1, 2, 3, 3, 1, 1, 1, 0, 0));
  EXPECT_THAT(source.segment_pos, ElementsAre(0, 1, 0, 0, 1, 0, 1, 2, 0, 0));
  EXPECT_THAT(source.sequences, ElementsAre(0, 0, 2, 3, 3, 1, 1, 1, -1, -1));
  const PackedStream target = LayOut(packing, lengths, options, 1);
  EXPECT_THAT(target.segment_ids, ElementsAre(1, 2, 2, 3, 3, 1, 1, 1, 0, 0));
  EXPECT_THAT(target.segment_pos, ElementsAre(0, 0, 1, 0, 1, 0, 1, 2, 0, 0));
  EXPECT_THAT(target.sequences, ElementsAre(0, 2, 2, 3, 3, 1, 1, 1, -1, -1));
}

TEST(PackTest, LosesNothingWhereSpreadingWould) {
  // Spread, (3, 4) and (2, 1) have a row each and (1, 5) fits neither; together they leave one.
  PackOptions options;
  options.row_lengths = {5, 5};
  options.rows = 2;
  options.spread = true;
  const Packing packing = *Pack(Pairs({3, 2, 1}, {4, 1, 5}), options);
  EXPECT_EQ(packing.left_out, 0);
  EXPECT_THAT(packing.row, ElementsAre(0, 0, 1));
  EXPECT_THAT(packing.segment, ElementsAre(1, 2, 1));
  EXPECT_THAT(packing.begin, ElementsAre(0, 0, 3, 4, 0, 0));
}

TEST(PackTest, PacksTheLongestFirstBeforeItLeavesOneOut) {
  // In their order: 2 2 | 4, and no row has 3 left, whichever the fit. Longest first: 4 2 | 3 2.
  PackOptions options;
  options.row_lengths = {6};
  options.rows = 2;
  const std::vector<int64_t> lengths = {2, 2, 4, 3};
  EXPECT_EQ(Pack(lengths, options)->left_out, 0);
}

TEST(PackTest, OpensAsManyRowsAsNeeded) {
  PackOptions options;
  options.row_lengths = {5};
  const std::vector<int64_t> lengths = {4, 1, 3, 2, 6, 0};
  const Packing packing = *Pack(lengths, options);
  EXPECT_EQ(packing.rows, 2);
  EXPECT_THAT(packing.row, ElementsAre(0, 0, 1, 1, -1, -1));  // too long, empty
  EXPECT_EQ(packing.left_out, 2);
  EXPECT_THAT(LayOut(packing, lengths, options, 0).segment_ids,
              ElementsAre(1, 1, 1, 1, 2, 1, 1, 1, 2, 2));
}

TEST(PackTest, LeavesOutWhatHasNoRoom) {
  PackOptions options;
  options.row_lengths = {5};
  options.rows = 1;
  const Packing packing = *Pack({3, 3, 2}, options);
  EXPECT_THAT(packing.row, ElementsAre(0, -1, 0));
  EXPECT_EQ(packing.left_out, 1);
}

TEST(PackTest, NothingPacksIntoNothing) {
  PackOptions options;
  options.row_lengths = {5};
  EXPECT_EQ(Pack({}, options)->rows, 0);
  options.rows = 2;
  EXPECT_EQ(LayOut(*Pack({}, options), {}, options, 0).segment_ids.size(), 10);
}

TEST(PackTest, WrongNumbersAreNamed) {
  PackOptions options;
  EXPECT_THAT(Pack({}, options), StatusIs(kInvalid, HasSubstr("0 lengths for 0 streams")));
  options.row_lengths = {5, 5};
  EXPECT_THAT(Pack({1, 2, 3}, options), StatusIs(kInvalid, HasSubstr("3 lengths for 2 streams")));
  EXPECT_THAT(Pack({1, 2, 3, -1}, options),
              StatusIs(kInvalid, "Pack: sequence 1 has length -1; expected at least 0"));
  options.row_lengths = {5, 0};
  EXPECT_THAT(Pack({1, 2}, options),
              StatusIs(kInvalid, "Pack: a row of 0 values; expected at least 1"));
  options.row_lengths = {5, 5};
  options.rows = -1;
  EXPECT_THAT(Pack({1, 2}, options), StatusIs(kInvalid, HasSubstr("into -1 rows")));
}

TEST(PackTest, UnpackingGivesBackEverySequenceThatWasPacked) {
  std::mt19937_64 random(TestSeed(1));
  for (int trial = 0; trial < TestExamples(500); ++trial) {
    PackOptions options;
    options.row_lengths.resize(1 + random() % 3);
    for (int64_t& length : options.row_lengths) length = 1 + random() % 20;
    options.rows = random() % 6;
    options.fit = random() % 2 == 0 ? Fit::kFirst : Fit::kBest;
    options.spread = random() % 2 == 0;
    const size_t streams = options.row_lengths.size();
    std::vector<int64_t> lengths(streams * (random() % 30));
    for (int64_t& length : lengths) length = random() % 12;
    const Packing packing = *Pack(lengths, options);
    for (size_t stream = 0; stream < streams; ++stream) {
      const PackedStream packed = LayOut(packing, lengths, options, stream);
      // Values of each sequence that its row holds; they must be 0, 1, 2... at its segment.
      std::map<int32_t, int64_t> found;
      for (size_t place = 0; place < packed.sequences.size(); ++place) {
        const int32_t sequence = packed.sequences[place];
        if (sequence < 0) {
          ASSERT_EQ(packed.segment_ids[place], 0);
          continue;
        }
        ASSERT_EQ(packed.segment_pos[place], found[sequence]++);
        ASSERT_EQ(packed.segment_ids[place], packing.segment[sequence]);
        ASSERT_EQ(place / options.row_lengths[stream], packing.row[sequence]);
      }
      int64_t left_out = 0;
      for (size_t sequence = 0; sequence < packing.row.size(); ++sequence) {
        const bool is_packed = packing.row[sequence] != Packing::kLeftOut;
        left_out += !is_packed;
        ASSERT_EQ(found[sequence], is_packed ? lengths[sequence * streams + stream] : 0);
      }
      ASSERT_EQ(left_out, packing.left_out);
    }
  }
}

}  // namespace
}  // namespace frazo::batch
