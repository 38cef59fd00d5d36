// A loop over n elements in whole vectors and one partial vector at the end. The body gets the index and
// either Whole or Part and passes it on to load and store, so that a kernel is written once for both.
#ifndef SPINEXR_KERNELS_GENERIC_VECTOR_LOOP_H_
#define SPINEXR_KERNELS_GENERIC_VECTOR_LOOP_H_

#include "compiler.h"

namespace spinexr {
namespace {

struct Whole {};
struct Part {
  int lanes;  // 1 .. kLanes - 1
};

template <class S>
SPX_INLINE typename S::Vec load(const float* p, Whole) {
  return S::load(p);
}
// Lanes past the part are 0.
template <class S>
SPX_INLINE typename S::Vec load(const float* p, Part part) {
  return S::load_part(p, part.lanes);
}
template <class S>
SPX_INLINE void store(float* p, typename S::Vec v, Whole) {
  S::store(p, v);
}
template <class S>
SPX_INLINE void store(float* p, typename S::Vec v, Part part) {
  S::store_part(p, v, part.lanes);
}

template <class S, class Body>
SPX_INLINE void for_vectors(int64_t n, Body body) {
  int64_t i = 0;
  SPX_NO_UNROLL
  for (; i + S::kLanes <= n; i += S::kLanes) body(i, Whole{});
  if (i < n) body(i, Part{static_cast<int>(n - i)});
}

// y[i] = f(x[i])
template <class S, class F>
SPX_INLINE void map(float* y, const float* x, int64_t n, F f) {
  for_vectors<S>(n, [=](int64_t i, auto part) { store<S>(y + i, f(load<S>(x + i, part)), part); });
}

}  // namespace
}  // namespace spinexr

#endif  // SPINEXR_KERNELS_GENERIC_VECTOR_LOOP_H_
