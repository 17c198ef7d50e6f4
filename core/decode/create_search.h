#ifndef FRAZO_CORE_DECODE_CREATE_SEARCH_H_
#define FRAZO_CORE_DECODE_CREATE_SEARCH_H_

#include <memory>

#include "absl/status/statusor.h"
#include "core/decode/search.h"
#include "core/decode/search_inputs.h"
#include "frazo/proto/search.pb.h"

namespace frazo::decode {

// Creates the search that the message describes, before its first step. Errors: those of
// CheckSearch(); kResourceExhausted if there is not enough memory.
absl::StatusOr<std::unique_ptr<Search>> CreateSearch(const frazo::Search& config,
                                                     const SearchInputs& inputs);

}  // namespace frazo::decode

#endif  // FRAZO_CORE_DECODE_CREATE_SEARCH_H_
