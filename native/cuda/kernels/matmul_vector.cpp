#include "matmul_vector.h"

namespace spinexr::cuda {

bool is_vector_product(const Gemm& gemm) {
  const GemmWindow& w = gemm.a.window;
  // One tap at one position: a map of one pixel, or a matrix.
  const bool one_tap = w.channels.divisor == static_cast<uint32_t>(w.depth < 1 ? 1 : w.depth);
  return w.rows <= kVectorRows && one_tap && gemm.row_loader == RowLoader::kAsync &&
         gemm.column_loader == ColumnLoader::kDeep;
}

}  // namespace spinexr::cuda
