#ifndef FRAZO_PYTHON_FRAZO_BINDINGS_DETECTION_SCORE_BINDING_H_
#define FRAZO_PYTHON_FRAZO_BINDINGS_DETECTION_SCORE_BINDING_H_

#include <nanobind/nanobind.h>

namespace frazo::bindings {

// Adds KittiAveragePrecision, WaymoAveragePrecision and lingvo_average_precision to `module`. Call
// BindExceptions() first.
void BindDetectionScores(nanobind::module_& module);

}  // namespace frazo::bindings

#endif  // FRAZO_PYTHON_FRAZO_BINDINGS_DETECTION_SCORE_BINDING_H_
