// exp and log with the same bits on every platform: C libraries differ in the last place. Only operations
// that IEEE 754 rounds exactly, in a fixed order. Errors are a few 1e-16 relative: far below half a float32
// step.
#ifndef SPINEXR_DETECTION_PORTABLE_MATH_H_
#define SPINEXR_DETECTION_PORTABLE_MATH_H_

namespace spinexr {

// NaN gives NaN; above 709 infinity, below -708 0.
double portable_exp(double x);
// 0 gives -infinity, negative numbers and NaN give NaN.
double portable_log(double x);
// As portable_log; exact for powers of two.
double portable_log2(double x);

}  // namespace spinexr

#endif  // SPINEXR_DETECTION_PORTABLE_MATH_H_
