// What this processor and its operating system run, asked once.
#ifndef SPINEXR_BASE_CPU_FEATURES_H_
#define SPINEXR_BASE_CPU_FEATURES_H_

namespace spinexr {

struct CpuFeatures {
  bool avx2;    // AVX2 and FMA, and the system saves the 256-bit registers
  bool avx512;  // AVX-512 F, BW, VL and DQ with avx2, and the system saves the 512-bit and mask registers
};

// All false on other processor families: their kernel sets are chosen when the core is built.
const CpuFeatures& cpu_features();

}  // namespace spinexr

#endif  // SPINEXR_BASE_CPU_FEATURES_H_
