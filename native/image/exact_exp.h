// exp(x) with the same bits on every platform: glibc, musl and MSVC differ in the last place.
#ifndef SPINEXR_IMAGE_EXACT_EXP_H_
#define SPINEXR_IMAGE_EXACT_EXP_H_

namespace spinexr::image {

// Correctly rounded but for ties that 90 bits cannot tell apart. x: any double; overflow gives infinity,
// results under the normal range give 0, NaN gives NaN.
double exact_exp(double x);

}  // namespace spinexr::image

#endif  // SPINEXR_IMAGE_EXACT_EXP_H_
