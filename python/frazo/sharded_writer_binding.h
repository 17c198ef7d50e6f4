#ifndef PYTHON_FRAZO_SHARDED_WRITER_BINDING_H_
#define PYTHON_FRAZO_SHARDED_WRITER_BINDING_H_

#include <nanobind/nanobind.h>

namespace frazo {

// Makes the class ShardedRecordWriter a member of `module`, whose exceptions are bound already.
void BindShardedRecordWriter(nanobind::module_& module);

}  // namespace frazo

#endif  // PYTHON_FRAZO_SHARDED_WRITER_BINDING_H_
