#ifndef FRAZO_PYTHON_FRAZO_BINDINGS_STATUS_EXCEPTIONS_H_
#define FRAZO_PYTHON_FRAZO_BINDINGS_STATUS_EXCEPTIONS_H_

#include <nanobind/nanobind.h>

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace frazo::bindings {

// Adds FrazoError and its subclasses, one for each status code, to `module`.
void BindExceptions(nanobind::module_& module);

// Raises the exception of the status's code, with its message. The caller holds the interpreter's
// lock.
void RaiseIfError(const absl::Status& status);

// Returns the value, or raises the exception of its status.
template <typename T>
T ValueOrRaise(absl::StatusOr<T> result) {
  RaiseIfError(result.status());
  return *std::move(result);
}

// Returns call(), which runs without the interpreter's lock.
template <typename Call>
auto Unlocked(Call call) {
  nanobind::gil_scoped_release unlocked;
  return call();
}

}  // namespace frazo::bindings

#endif  // FRAZO_PYTHON_FRAZO_BINDINGS_STATUS_EXCEPTIONS_H_
