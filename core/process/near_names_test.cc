#include "core/process/near_names.h"

#include "gtest/gtest.h"

namespace frazo::process {
namespace {

TEST(NearNamesTest, AsksForTheNearestAndListsAll) {
  EXPECT_EQ(NearNames("sorce", {"target", "source"}),
            "; did you mean 'source'? There are: target, source");
}

TEST(NearNamesTest, AsksForNothingThatIsAnotherWord) {
  EXPECT_EQ(NearNames("label", {"target", "source"}), "; there are: target, source");
  EXPECT_EQ(NearNames("label", {}), "; there are none");
}

}  // namespace
}  // namespace frazo::process
