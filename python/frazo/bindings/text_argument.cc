#include "python/frazo/bindings/text_argument.h"

#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/str_format.h"
#include "python/frazo/bindings/status_exceptions.h"

namespace nb = nanobind;

namespace frazo::bindings {
namespace {

// Raises the error for a str that has no UTF-8; takes the place of Python's own error.
[[noreturn]] void RaiseForSurrogate(nb::handle text) {
  const nb::python_error cause;
  if (!cause.matches(PyExc_UnicodeEncodeError)) throw nb::python_error(cause);
  Py_ssize_t at = 0;
  while (!Py_UNICODE_IS_SURROGATE(PyUnicode_ReadChar(text.ptr(), at))) ++at;
  RaiseIfError(absl::InvalidArgumentError(absl::StrFormat(
      "the text has U+%04X at character %d, half a surrogate pair, which has no UTF-8; decode what "
      "it comes from with errors='replace', or pass text.encode('utf-8', 'replace')",
      static_cast<unsigned>(PyUnicode_ReadChar(text.ptr(), at)), at)));
  throw nb::python_error(cause);
}

}  // namespace

std::string_view TextBytes(nb::handle text) {
  if (PyBytes_Check(text.ptr())) {
    return {PyBytes_AS_STRING(text.ptr()), static_cast<size_t>(PyBytes_GET_SIZE(text.ptr()))};
  }
  if (!PyUnicode_Check(text.ptr())) throw nb::type_error("text must be str or bytes");
  Py_ssize_t size;
  const char* const bytes = PyUnicode_AsUTF8AndSize(text.ptr(), &size);
  if (bytes == nullptr) RaiseForSurrogate(text);
  return {bytes, static_cast<size_t>(size)};
}

nb::str ToStr(std::string_view text) {
  PyObject* const decoded = PyUnicode_DecodeUTF8(text.data(), text.size(), "replace");
  if (decoded == nullptr) throw nb::python_error();
  return nb::steal<nb::str>(decoded);
}

}  // namespace frazo::bindings
