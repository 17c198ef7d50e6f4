#ifndef FRAZO_PYTHON_FRAZO_BINDINGS_PIPELINE_BINDING_H_
#define FRAZO_PYTHON_FRAZO_BINDINGS_PIPELINE_BINDING_H_

#include <nanobind/nanobind.h>

namespace frazo::bindings {

// Makes the class Pipeline and the function pipeline_tensors members of `module`, whose exceptions
// are bound already.
void BindPipeline(nanobind::module_& module);

}  // namespace frazo::bindings

#endif  // FRAZO_PYTHON_FRAZO_BINDINGS_PIPELINE_BINDING_H_
