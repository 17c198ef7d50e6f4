#ifndef PYTHON_FRAZO_PIPELINE_BINDING_H_
#define PYTHON_FRAZO_PIPELINE_BINDING_H_

#include <nanobind/nanobind.h>

namespace frazo {

// Makes the class Pipeline and the function pipeline_tensors members of `module`, whose exceptions
// are bound already.
void BindPipeline(nanobind::module_& module);

}  // namespace frazo

#endif  // PYTHON_FRAZO_PIPELINE_BINDING_H_
