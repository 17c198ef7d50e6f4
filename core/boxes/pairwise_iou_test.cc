#include "core/boxes/pairwise_iou.h"

#include <cstdint>
#include <limits>
#include <vector>

#include "core/numeric/random.h"
#include "core/status/status_matchers.h"
#include "core/testing/test_variation.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::boxes {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;

std::vector<Box> RandomBoxes(int64_t count, uint64_t seed) {
  numeric::Random random({TestSeed(seed)});
  std::vector<Box> boxes(count);
  for (Box& box : boxes) {
    box = {40 * random.Fraction(), 40 * random.Fraction(), random.Fraction(),
           5 * random.Fraction(),  5 * random.Fraction(),  2 * random.Fraction(),
           7 * random.Fraction()};
  }
  return boxes;
}

TEST(PairwiseIouTest, EachPairHasItsPlace) {
  const std::vector<Box> rows = RandomBoxes(301, 1);
  const std::vector<Box> columns = RandomBoxes(97, 2);
  for (const IouView view : {IouView::k3d, IouView::kBirdsEye}) {
    for (const int threads : {1, 3}) {
      std::vector<double> iou(301 * 97, -1);
      ASSERT_THAT(PairwiseIou(rows, columns, view, threads, absl::MakeSpan(iou)), IsOk());
      int64_t overlaps = 0;
      for (size_t i = 0; i < rows.size(); ++i) {
        for (size_t j = 0; j < columns.size(); ++j) {
          ASSERT_EQ(iou[i * 97 + j], IouBox(rows[i]).Iou(IouBox(columns[j]), view));
          overlaps += iou[i * 97 + j] > 0;
        }
      }
      EXPECT_GT(overlaps, 100);
    }
  }
}

TEST(PairwiseIouTest, EveryPlaceIsWritten) {
  std::vector<Box> rows = RandomBoxes(5, 3);
  for (Box& box : rows) box.z = std::numeric_limits<double>::quiet_NaN();
  std::vector<double> iou(5 * 4, -1);
  ASSERT_THAT(PairwiseIou(rows, RandomBoxes(4, 4), IouView::k3d, 2, absl::MakeSpan(iou)), IsOk());
  EXPECT_THAT(iou, Each(0));
}

TEST(PairwiseIouTest, ListsMayBeEmpty) {
  EXPECT_THAT(PairwiseIou({}, RandomBoxes(2, 5), IouView::k3d, 2, {}), IsOk());
  EXPECT_THAT(PairwiseIou(RandomBoxes(2, 5), {}, IouView::k3d, 2, {}), IsOk());
}

TEST(PairwiseIouTest, ErrorsSayWhatIsWrong) {
  const std::vector<Box> boxes = RandomBoxes(2, 6);
  std::vector<double> iou(3);
  EXPECT_THAT(PairwiseIou(boxes, boxes, IouView::k3d, 0, absl::MakeSpan(iou)),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("threads is 0 but must be at least 1")));
  EXPECT_THAT(
      PairwiseIou(boxes, boxes, IouView::k3d, 1, absl::MakeSpan(iou)),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("iou has 3 places for 2 * 2 pairs")));
}

}  // namespace
}  // namespace frazo::boxes
