#ifndef FRAZO_PYTHON_FRAZO_BINDINGS_ALIGN_BINDING_H_
#define FRAZO_PYTHON_FRAZO_BINDINGS_ALIGN_BINDING_H_

#include <nanobind/nanobind.h>

namespace frazo::bindings {

// Adds align_ids, align_texts and count_edits to `module`. Call BindExceptions() first.
void BindAlign(nanobind::module_& module);

}  // namespace frazo::bindings

#endif  // FRAZO_PYTHON_FRAZO_BINDINGS_ALIGN_BINDING_H_
