#include "python/frazo/bindings/status_exceptions.h"

#include <nanobind/stl/string_view.h>

#include <array>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"

namespace nb = nanobind;

namespace frazo::bindings {
namespace {

// The exception classes by status code. They live as long as the interpreter.
std::array<PyObject*, 17> exception_classes = {};

}  // namespace

void RaiseIfError(const absl::Status& status) {
  if (status.ok()) return;
  const std::string message(status.message());
  PyErr_SetString(exception_classes[status.raw_code()], message.c_str());
  throw nb::python_error();
}

void BindExceptions(nb::module_& module) {
  struct Class {
    absl::StatusCode code;
    const char* name;
    PyObject* python_base;  // The built-in class of the same meaning; null if there is none.
    const char* documentation;
  };
  const Class classes[] = {
      {absl::StatusCode::kCancelled, "CancelledError", nullptr, "The caller stopped the call."},
      {absl::StatusCode::kUnknown, "UnknownError", PyExc_RuntimeError,
       "The call failed for a reason that the runtime does not know."},
      {absl::StatusCode::kInvalidArgument, "InvalidArgumentError", PyExc_ValueError,
       "An argument or an option is wrong."},
      {absl::StatusCode::kDeadlineExceeded, "DeadlineExceededError", PyExc_TimeoutError,
       "The call took too long."},
      {absl::StatusCode::kNotFound, "NotFoundError", PyExc_FileNotFoundError,
       "A file or folder does not exist."},
      {absl::StatusCode::kAlreadyExists, "AlreadyExistsError", PyExc_FileExistsError,
       "A file or folder exists already."},
      {absl::StatusCode::kPermissionDenied, "PermissionDeniedError", PyExc_PermissionError,
       "The user of the process may not do this."},
      {absl::StatusCode::kResourceExhausted, "ResourceExhaustedError", PyExc_OSError,
       "The disk or the memory is full, or a limit of the system is reached."},
      {absl::StatusCode::kFailedPrecondition, "FailedPreconditionError", PyExc_RuntimeError,
       "The state of the object does not allow this; it may be closed."},
      {absl::StatusCode::kAborted, "AbortedError", PyExc_RuntimeError,
       "Another call that ran at the same time stopped this one."},
      {absl::StatusCode::kOutOfRange, "OutOfRangeError", PyExc_IndexError,
       "A position is past the end."},
      {absl::StatusCode::kUnimplemented, "UnimplementedError", PyExc_NotImplementedError,
       "The runtime does not support this."},
      {absl::StatusCode::kInternal, "InternalError", PyExc_RuntimeError,
       "The runtime has a fault: please report it."},
      {absl::StatusCode::kUnavailable, "UnavailableError", PyExc_OSError,
       "A device or service failed; another attempt may succeed."},
      {absl::StatusCode::kDataLoss, "DataLossError", nullptr,
       "A file is damaged or was cut short."},
      {absl::StatusCode::kUnauthenticated, "UnauthenticatedError", PyExc_PermissionError,
       "The user or program has not proven who it is."},
  };
  const std::string prefix = absl::StrCat(nb::cast<std::string_view>(module.attr("__name__")), ".");
  const auto make = [&](const char* name, const char* documentation, nb::handle bases) {
    nb::object made = nb::steal(PyErr_NewExceptionWithDoc(absl::StrCat(prefix, name).c_str(),
                                                          documentation, bases.ptr(), nullptr));
    if (!made.is_valid()) throw nb::python_error();
    module.attr(name) = made;
    return made;
  };
  const nb::object base =
      make("FrazoError", "An error of Frazo's runtime. It has a subclass for each status code.",
           PyExc_Exception);
  for (const Class& entry : classes) {
    const nb::object bases = entry.python_base != nullptr
                                 ? nb::make_tuple(base, nb::borrow(entry.python_base))
                                 : nb::make_tuple(base);
    exception_classes[static_cast<int>(entry.code)] =
        make(entry.name, entry.documentation, bases).release().ptr();
  }
}

}  // namespace frazo::bindings
