#ifndef FRAZO_CORE_PIPELINE_MESSAGE_DIFFERENCE_H_
#define FRAZO_CORE_PIPELINE_MESSAGE_DIFFERENCE_H_

#include <string>

#include "google/protobuf/message.h"

namespace frazo::pipeline {

// Describes the first field in which two messages of one type differ: "steps[0].truncate.length was
// 80 and is 100". A field that is not set counts as its default. Empty if they are equal.
std::string FirstDifference(const google::protobuf::Message& was,
                            const google::protobuf::Message& is);

}  // namespace frazo::pipeline

#endif  // FRAZO_CORE_PIPELINE_MESSAGE_DIFFERENCE_H_
