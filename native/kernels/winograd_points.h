// The points at which Winograd's polynomials are taken. F(2x2, 3x3): 0, 1, -1 and infinity. F(4x4, 3x3): 0,
// a, -a, b, -b and infinity; a = 5/8 and b = 3/2 give less than half the rounding error of the usual 1 and 2
// (bench/NOTES.md), and every constant made from them is exact in float.
//
// One dimension, after S. Winograd, Arithmetic Complexity of Computations (1980), in the form of A. Lavin and
// S. Gray, Fast Algorithms for Convolutional Neural Networks (2016), y = A^T [(G g) * (B^T d)]:
//   B^T, rows of the points 0, a, -a, b, -b, infinity        G               A^T, column of the point
//   a2b2   0     -(a2+b2)   0       1   0                    1 / a2b2 (g0)   1   0    0     0
//   0    -a b2    -b2        a      1   0                    g(a) / na       1   a    a2    a3
//   0     a b2    -b2       -a      1   0                    g(-a) / na      1  -a    a2   -a3
//   0    -a2 b    -a2        b      1   0                    g(b) / nb       1   b    b2    b3
//   0     a2 b    -a2       -b      1   0                    g(-b) / nb      1  -b    b2   -b3
//   0     a2b2     0   -(a2+b2)     0   1                    g2              0   0    0     1
// with g(p) = g0 + g1 p + g2 p^2, na = 2 a2 (a2 - b2), nb = 2 b2 (b2 - a2). For F(2x2), with points 0, 1, -1:
//   1 0 -1 0; 0 1 1 0; 0 -1 1 0; 0 -1 0 1        g0; g(1) / 2; g(-1) / 2; g2        1 0; 1 1; 1 -1; 0 1
#ifndef SPINEXR_KERNELS_WINOGRAD_POINTS_H_
#define SPINEXR_KERNELS_WINOGRAD_POINTS_H_

// kScale are the factors of G's rows, which G g is multiplied with last.
namespace spinexr::winograd2 {

constexpr double kScale[4] = {1, 0.5, 0.5, 1};

}  // namespace spinexr::winograd2

namespace spinexr::winograd4 {

constexpr float kA = 0.625f, kB = 1.5f;
constexpr float kA2 = kA * kA, kB2 = kB * kB;
constexpr float kA3 = kA2 * kA, kB3 = kB2 * kB;
constexpr float kProduct = kA2 * kB2, kSum = kA2 + kB2;
constexpr double kScaleA = 0.5 / (double{kA2} * (double{kA2} - double{kB2}));
constexpr double kScaleB = 0.5 / (double{kB2} * (double{kB2} - double{kA2}));
constexpr double kScale[6] = {1 / (double{kA2} * double{kB2}), kScaleA, kScaleA, kScaleB, kScaleB, 1};

}  // namespace spinexr::winograd4

#endif  // SPINEXR_KERNELS_WINOGRAD_POINTS_H_
