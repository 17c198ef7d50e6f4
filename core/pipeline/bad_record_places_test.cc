#include "core/pipeline/bad_record_places.h"

#include <cstdint>

#include "gmock/gmock.h"
#include "google/protobuf/repeated_field.h"
#include "gtest/gtest.h"

namespace frazo::pipeline {
namespace {

using ::testing::ElementsAre;

TEST(BadRecordPlacesTest, CountsEachPlaceOnce) {
  BadRecordPlaces places({7, 3});
  EXPECT_EQ(places.Add(3), 2);
  EXPECT_EQ(places.Add(9), 3);
  EXPECT_EQ(places.Add(9), 3);
  EXPECT_EQ(places.size(), 3);
}

TEST(BadRecordPlacesTest, WhatWasThereBeforeStaysTheBeginning) {
  BadRecordPlaces places({7});
  const int64_t before = places.size();
  places.Add(3);
  google::protobuf::RepeatedField<uint64_t> first;
  places.AppendFirst(before, &first);
  EXPECT_THAT(first, ElementsAre(7));
  places.AppendFirst(2, &first);
  EXPECT_THAT(first, ElementsAre(7, 7, 3));
}

}  // namespace
}  // namespace frazo::pipeline
