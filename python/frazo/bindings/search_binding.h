#ifndef FRAZO_PYTHON_FRAZO_BINDINGS_SEARCH_BINDING_H_
#define FRAZO_PYTHON_FRAZO_BINDINGS_SEARCH_BINDING_H_

#include <nanobind/nanobind.h>

namespace frazo::bindings {

// Adds the class Search to `module`. Call BindExceptions() first.
void BindSearch(nanobind::module_& module);

}  // namespace frazo::bindings

#endif  // FRAZO_PYTHON_FRAZO_BINDINGS_SEARCH_BINDING_H_
