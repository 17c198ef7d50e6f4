#ifndef FRAZO_CORE_PROCESS_NEAR_NAMES_H_
#define FRAZO_CORE_PROCESS_NEAR_NAMES_H_

#include <string>
#include <string_view>

#include "absl/types/span.h"

namespace frazo::process {

// For an error about `name`, which is none of `known`: "; did you mean 'source'? There are: source,
// target". The question is left out where nothing is near.
std::string NearNames(std::string_view name, absl::Span<const std::string> known);

}  // namespace frazo::process

#endif  // FRAZO_CORE_PROCESS_NEAR_NAMES_H_
