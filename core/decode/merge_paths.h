#ifndef FRAZO_CORE_DECODE_MERGE_PATHS_H_
#define FRAZO_CORE_DECODE_MERGE_PATHS_H_

#include <cstdint>
#include <vector>

#include "core/decode/extension.h"
#include "core/decode/token_rules.h"

namespace frazo::decode {

// Merges the extensions that are equal without the blank `eoc_id`: keeps the best one and gives it
// the logarithm of the sum of their probabilities as its total. The resulting order depends on the
// extensions alone.
void MergePaths(const TokenRules& rules, int32_t eoc_id, std::vector<Extension>* extensions);

}  // namespace frazo::decode

#endif  // FRAZO_CORE_DECODE_MERGE_PATHS_H_
