#ifndef FRAZO_CORE_PROCESS_NEAR_NAMES_H_
#define FRAZO_CORE_PROCESS_NEAR_NAMES_H_

#include <string>
#include <string_view>

#include "absl/types/span.h"

namespace frazo::process {

// Completes an error about `name`, which is not one of `known`: "; did you mean 'source'? There
// are: source, target". Without a similar name there is no question.
std::string NearNames(std::string_view name, absl::Span<const std::string> known);

}  // namespace frazo::process

#endif  // FRAZO_CORE_PROCESS_NEAR_NAMES_H_
