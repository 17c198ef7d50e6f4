#ifndef FRAZO_CORE_STATUS_STATUS_MACROS_H_
#define FRAZO_CORE_STATUS_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// Returns the status of `expression`, an absl::Status, from the enclosing function unless it is ok.
// The function returns absl::Status or absl::StatusOr.
#define FRAZO_RETURN_IF_ERROR(expression)                                                  \
  do {                                                                                     \
    if (absl::Status frazo_status = (expression); !frazo_status.ok()) return frazo_status; \
  } while (false)

// Evaluates `expression`, an absl::StatusOr<T>. On success assigns the T to `target` (a declaration
// or an lvalue); otherwise returns the status from the enclosing function.
#define FRAZO_ASSIGN_OR_RETURN(target, expression) \
  FRAZO_ASSIGN_OR_RETURN_AS(FRAZO_CONCATENATE(frazo_result_, __LINE__), target, expression)

// The rest implements FRAZO_ASSIGN_OR_RETURN. Each use has a variable of its own, named by its
// line, so that a block may have several.
#define FRAZO_ASSIGN_OR_RETURN_AS(result, target, expression) \
  auto result = (expression);                                 \
  if (!result.ok()) return std::move(result).status();        \
  target = *std::move(result)
#define FRAZO_CONCATENATE(left, right) FRAZO_CONCATENATE_EXPANDED(left, right)
#define FRAZO_CONCATENATE_EXPANDED(left, right) left##right

#endif  // FRAZO_CORE_STATUS_STATUS_MACROS_H_
