#ifndef FRAZO_CORE_DECODE_MERGE_PATHS_H_
#define FRAZO_CORE_DECODE_MERGE_PATHS_H_

#include <cstdint>
#include <vector>

#include "core/decode/extension.h"
#include "core/decode/token_rules.h"

namespace frazo::decode {

// Makes one of the extensions that are equal when the blank `eoc_id` is left out: the best of them,
// with the logarithm of the sum of their probabilities as its total. Leaves them in an order that
// depends on the extensions alone.
void MergePaths(const TokenRules& rules, int32_t eoc_id, std::vector<Extension>* extensions);

}  // namespace frazo::decode

#endif  // FRAZO_CORE_DECODE_MERGE_PATHS_H_
