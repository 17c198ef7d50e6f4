#ifndef FRAZO_PYTHON_FRAZO_BINDINGS_GEOMETRY_BINDING_H_
#define FRAZO_PYTHON_FRAZO_BINDINGS_GEOMETRY_BINDING_H_

#include <nanobind/nanobind.h>

namespace frazo::bindings {

// Adds the functions that frazo.geometry calls to `module`. Call BindExceptions() first.
void BindGeometry(nanobind::module_& module);

}  // namespace frazo::bindings

#endif  // FRAZO_PYTHON_FRAZO_BINDINGS_GEOMETRY_BINDING_H_
