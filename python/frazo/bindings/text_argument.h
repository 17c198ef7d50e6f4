#ifndef FRAZO_PYTHON_FRAZO_BINDINGS_TEXT_ARGUMENT_H_
#define FRAZO_PYTHON_FRAZO_BINDINGS_TEXT_ARGUMENT_H_

#include <nanobind/nanobind.h>

#include <string_view>

namespace frazo::bindings {

// Returns the bytes of a str (as UTF-8) or of bytes, which `text` owns. Raises TypeError for
// another type, and InvalidArgumentError for a str with half a surrogate pair.
std::string_view TextBytes(nanobind::handle text);

// Returns a str; bytes that are not UTF-8 become U+FFFD.
nanobind::str ToStr(std::string_view text);

}  // namespace frazo::bindings

#endif  // FRAZO_PYTHON_FRAZO_BINDINGS_TEXT_ARGUMENT_H_
