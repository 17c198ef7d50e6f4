#ifndef FRAZO_PYTHON_FRAZO_BINDINGS_PIPELINE_BINDING_H_
#define FRAZO_PYTHON_FRAZO_BINDINGS_PIPELINE_BINDING_H_

#include <nanobind/nanobind.h>

namespace frazo::bindings {

// Adds the class Pipeline and the functions pipeline_tensors, pipeline_texts and
// divide_pipeline_states to `module`. Call BindExceptions() first.
void BindPipeline(nanobind::module_& module);

}  // namespace frazo::bindings

#endif  // FRAZO_PYTHON_FRAZO_BINDINGS_PIPELINE_BINDING_H_
