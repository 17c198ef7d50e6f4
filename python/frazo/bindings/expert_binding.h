#ifndef FRAZO_PYTHON_FRAZO_BINDINGS_EXPERT_BINDING_H_
#define FRAZO_PYTHON_FRAZO_BINDINGS_EXPERT_BINDING_H_

#include <nanobind/nanobind.h>

namespace frazo::bindings {

// Adds route_tokens, dispatch_tokens and combine_tokens to `module`. Call BindExceptions() first.
void BindExperts(nanobind::module_& module);

}  // namespace frazo::bindings

#endif  // FRAZO_PYTHON_FRAZO_BINDINGS_EXPERT_BINDING_H_
