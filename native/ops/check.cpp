#include "check.h"

#include "op.h"
#include "plan/half.h"

namespace spinexr {

Status check_step(const Plan& plan, size_t index) {
  SPX_TRY(check_half_operands(plan, index));
  ConstantSource nothing{Span<const uint8_t>(nullptr, 0)};
  PrepareContext context(plan, reference::kTable, 1, nothing, nullptr, true);
  OpPointer op;
  return prepare_step(context, index, &op);
}

}  // namespace spinexr
