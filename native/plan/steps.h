// One struct per step kind, made from steps.inc: step::conv { int32_t x, weight, ...; int32_t kernel_h, ...;
// }. Members stand in binary order and are all 32 bits wide, so a record's body is copied in one piece.
#ifndef SPINEXR_PLAN_STEPS_H_
#define SPINEXR_PLAN_STEPS_H_

#include <stdint.h>

#include <type_traits>

namespace spinexr {

enum class StepKind : int32_t {
#define SPX_STEP(name, inputs, outputs, fields) name,
#include "steps.inc"
#undef SPX_STEP
  kCount
};

namespace step {
#define SPX_IN(name) int32_t name;
#define SPX_OPT(name) int32_t name;
#define I(name) int32_t name;
#define F(name) float name;
#define IA(name, n) int32_t name[n];
#define SPX_STEP(name, inputs, outputs, fields) \
  struct name {                                 \
    inputs outputs fields                       \
  };
#include "steps.inc"
#undef SPX_STEP
#undef SPX_IN
#undef SPX_OPT
#undef I
#undef F
#undef IA
}  // namespace step

#define SPX_STEP(name, inputs, outputs, fields) \
  static_assert(std::is_trivially_copyable_v<step::name> && sizeof(step::name) % 4 == 0);
#include "steps.inc"
#undef SPX_STEP

// What the reader and messages need to know about a kind.
struct StepInfo {
  const char* name;
  int words;             // of the body: operands and fields
  int inputs, outputs;   // operand counts
  const bool* optional;  // per operand, inputs first
};
const StepInfo& step_info(StepKind kind);

}  // namespace spinexr

#endif  // SPINEXR_PLAN_STEPS_H_
