// SPX_HD marks what runs on the processor and on a GPU alike: index arithmetic and formulas that both share.
#ifndef SPINEXR_BASE_HOST_DEVICE_H_
#define SPINEXR_BASE_HOST_DEVICE_H_

#if defined(__CUDACC__)
#define SPX_HD __host__ __device__
#else
#define SPX_HD
#endif

#endif  // SPINEXR_BASE_HOST_DEVICE_H_
