// What prepare_step checks, without its op: for executors that have kernels of their own.
#ifndef SPINEXR_OPS_CHECK_H_
#define SPINEXR_OPS_CHECK_H_

#include <stddef.h>

#include "base/status.h"
#include "plan/plan_reader.h"

namespace spinexr {

// All that the ops ask of step `index` of a plan that read_plan has read: fields in their ranges, shapes, and
// that every address which the fields can reach lies inside the tensors; that no output overlaps an operand
// but where steps.inc allows it; that f16 stands only where half.inc allows it (elsewhere it counts as f32).
// Reads no constants and needs next to no memory. Values that exist only at run time (indices of gather and
// resample, batch numbers of RoIs, counts) stay to be checked in each run. INVALID_PLAN, in the words of
// prepare_step; OUT_OF_MEMORY.
Status check_step(const Plan& plan, size_t index);

}  // namespace spinexr

#endif  // SPINEXR_OPS_CHECK_H_
