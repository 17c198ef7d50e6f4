#ifndef FRAZO_PYTHON_FRAZO_BINDINGS_AUDIO_BINDING_H_
#define FRAZO_PYTHON_FRAZO_BINDINGS_AUDIO_BINDING_H_

#include <nanobind/nanobind.h>

namespace frazo::bindings {

// Adds decode_sound, read_sound_header and LogMelFrontend to `module`. Call BindExceptions() first.
void BindAudio(nanobind::module_& module);

}  // namespace frazo::bindings

#endif  // FRAZO_PYTHON_FRAZO_BINDINGS_AUDIO_BINDING_H_
