// Which operands of a step may be f16 (half.inc).
#ifndef SPINEXR_PLAN_HALF_H_
#define SPINEXR_PLAN_HALF_H_

#include <stddef.h>

#include "plan_reader.h"

namespace spinexr {

// INVALID_PLAN where step `index` has an f16 operand that must be f32, or floats of two types where they must
// have one. Integers where floats belong are for the op to refuse.
Status check_half_operands(const Plan& plan, size_t index);

}  // namespace spinexr

#endif  // SPINEXR_PLAN_HALF_H_
