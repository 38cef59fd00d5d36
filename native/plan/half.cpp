#include "half.h"

namespace spinexr {
namespace {

struct HalfRule {
  StepKind kind;
  const char* operands;
  size_t count;
};

constexpr HalfRule kRules[] = {
#define SPX_HALF(kind, operands) {StepKind::kind, operands, sizeof(operands) - 1},
#include "half.inc"
#undef SPX_HALF
};

// In the order of steps.inc, one character per operand.
#define SPX_IN(name) +1
#define SPX_OPT(name) +1
#define SPX_STEP(name, inputs, outputs, fields)                                      \
  static_assert(kRules[static_cast<size_t>(StepKind::name)].kind == StepKind::name); \
  static_assert(kRules[static_cast<size_t>(StepKind::name)].count == 0 inputs outputs);
#include "steps.inc"
#undef SPX_STEP
#undef SPX_IN
#undef SPX_OPT

}  // namespace

Status check_half_operands(const Plan& plan, size_t index) {
  const Step& step = plan.steps[index];
  const HalfRule& rule = kRules[static_cast<size_t>(step.kind)];
  const char* const name = step_info(step.kind).name;
  const bool constants_are_free = step.kind == StepKind::binary || step.kind == StepKind::matmul;
  for (size_t i = 0; i < rule.count; ++i) {
    if (step.body[i] < 0) continue;
    const Tensor& half = plan.tensors[static_cast<size_t>(step.body[i])];
    if (half.dtype != DType::kF16) continue;
    if (rule.operands[i] == '.') {
      return fail(Status::INVALID_PLAN, "step %zu (%s): expected operand %zu of type f32, found f16", index,
                  name, i);
    }
    for (size_t j = 0; j < rule.count; ++j) {
      if (rule.operands[j] != rule.operands[i] || step.body[j] < 0) continue;
      const Tensor& other = plan.tensors[static_cast<size_t>(step.body[j])];
      const bool beside_constant = constants_are_free && other.storage != Storage::kArena;
      if (other.dtype != DType::kF32 || beside_constant) continue;
      return fail(Status::INVALID_PLAN,
                  "step %zu (%s): expected operands %zu and %zu of one type, found f16 and f32", index, name,
                  i, j);
    }
  }
  return Status::OK;
}

}  // namespace spinexr
