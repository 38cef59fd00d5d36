// All width-agnostic kernels of one vector type S (a `Simd` struct of an ISA folder). The ISA's own struct
// derives from this and adds gemm_tile; a hand-shaped kernel replaces a generic one by having its name.
#ifndef SPINEXR_KERNELS_GENERIC_KERNELS_H_
#define SPINEXR_KERNELS_GENERIC_KERNELS_H_

#include "elementwise.h"
#include "pixels.h"
#include "reduce.h"
#include "transpose.h"
#include "unary.h"
#include "winograd.h"

namespace spinexr {
namespace {

template <class S>
struct GenericKernels : Elementwise<S>,
                        Unary<S>,
                        Reduce<S>,
                        Transpose<S>,
                        WinogradTransforms<S>,
                        Pixels<S> {};

}  // namespace
}  // namespace spinexr

#endif  // SPINEXR_KERNELS_GENERIC_KERNELS_H_
