#include "steps.h"

namespace spinexr {
namespace {

// One array of "may be absent" per kind; the leading false keeps the array of a kind without operands legal.
#define SPX_IN(name) , false
#define SPX_OPT(name) , true
#define SPX_STEP(name, inputs, outputs, fields) constexpr bool k_##name##_optional[] = {false inputs outputs};
#include "steps.inc"
#undef SPX_STEP
#undef SPX_IN
#undef SPX_OPT

#define SPX_IN(name) +1
#define SPX_OPT(name) +1
#define SPX_STEP(name, inputs, outputs, fields) \
  {#name, static_cast<int>(sizeof(step::name) / 4), 0 inputs, 0 outputs, k_##name##_optional + 1},
constexpr StepInfo kInfo[] = {
#include "steps.inc"
};
#undef SPX_STEP
#undef SPX_IN
#undef SPX_OPT

}  // namespace

const StepInfo& step_info(StepKind kind) { return kInfo[static_cast<int>(kind)]; }

}  // namespace spinexr
