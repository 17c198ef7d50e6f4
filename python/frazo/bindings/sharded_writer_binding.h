#ifndef FRAZO_PYTHON_FRAZO_BINDINGS_SHARDED_WRITER_BINDING_H_
#define FRAZO_PYTHON_FRAZO_BINDINGS_SHARDED_WRITER_BINDING_H_

#include <nanobind/nanobind.h>

namespace frazo::bindings {

// Adds the class ShardedRecordWriter to `module`. Call BindExceptions() first.
void BindShardedRecordWriter(nanobind::module_& module);

}  // namespace frazo::bindings

#endif  // FRAZO_PYTHON_FRAZO_BINDINGS_SHARDED_WRITER_BINDING_H_
