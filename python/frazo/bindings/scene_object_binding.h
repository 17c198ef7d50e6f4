#ifndef FRAZO_PYTHON_FRAZO_BINDINGS_SCENE_OBJECT_BINDING_H_
#define FRAZO_PYTHON_FRAZO_BINDINGS_SCENE_OBJECT_BINDING_H_

#include <nanobind/nanobind.h>

namespace frazo::bindings {

// Adds what crops objects, pastes them and assigns them to anchors.
void BindSceneObjects(nanobind::module_& module);

}  // namespace frazo::bindings

#endif  // FRAZO_PYTHON_FRAZO_BINDINGS_SCENE_OBJECT_BINDING_H_
