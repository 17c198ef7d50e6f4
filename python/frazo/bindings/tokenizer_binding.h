#ifndef FRAZO_PYTHON_FRAZO_BINDINGS_TOKENIZER_BINDING_H_
#define FRAZO_PYTHON_FRAZO_BINDINGS_TOKENIZER_BINDING_H_

#include <nanobind/nanobind.h>

namespace frazo::bindings {

// Adds the class Tokenizer to `module`. Call BindExceptions() first.
void BindTokenizer(nanobind::module_& module);

}  // namespace frazo::bindings

#endif  // FRAZO_PYTHON_FRAZO_BINDINGS_TOKENIZER_BINDING_H_
