// Products on the emulated GPU against double loops: convolutions and matrix products of random sizes, with
// every kernel that exists and several ways to split the depth; index arithmetic and the choice of schedules.
#include "cuda/kernels/implicit_gemm_schedule.h"
#include "gemm_conv_checks.h"
#include "gemm_matmul_checks.h"

namespace spinexr::cuda {

Status PrepareContext::unsupported(const char* sentence) const {
  return fail(Status::UNSUPPORTED, "%s", sentence);
}

namespace {

void check_index() {
  for (int i = 0; i < 200000; ++i) {
    const int shift = static_cast<int>(random_int(0, 30));
    const int64_t d = random_int(1, (int64_t{1} << (31 - shift)) - 1);
    const uint32_t n = i % 3 == 0 ? static_cast<uint32_t>(INT32_MAX) - static_cast<uint32_t>(i % 7)
                                  : random_bits() >> random_int(1, 31);
    const FastDivide divide(d);
    const uint32_t q = divide.quotient(n);
    require(q == n / d && divide.remainder(n, q) == n % d, "a fast division");
    const uint32_t multiple = static_cast<uint32_t>(n / d * d);
    require(multiple == 0 || divide.quotient(multiple - 1) == (multiple - 1) / d,
            "a fast division before a multiple");
  }
  // Chunks of a row stay in it, and eight rows have the same chunk in eight different places of 128 bytes.
  for (const int chunks : {4, 8, 16, 32}) {
    for (int first = 0; first < 64; first += 8) {
      for (int chunk = 0; chunk < chunks; ++chunk) {
        uint32_t banks = 0;
        for (int row = first; row < first + 8; ++row) {
          const int place = chunk_place(row, chunk, chunks);
          require(place / chunks == row, "a chunk leaves its row");
          banks |= 1u << place % 8;
        }
        require(banks == 0xFFu, "eight rows share a bank");
      }
    }
  }
}

void check_schedules() {
  const GpuSize sizes[] = {{132, 227 * 1024}, {30, 64 * 1024}, {1, 48 * 1024}, {4, 227 * 1024}};
  for (int i = 0; i < 2000; ++i) {
    const int kind = static_cast<int>(random_int(0, 3));
    ConvCase c = random_conv(kind, random_int(0, 1) != 0);
    c.shape.n = one_of({1, 64});
    c.shape.oh = one_of({1, 7, 56, 224});
    c.shape.ow = one_of({1, 7, 56, 512});
    Gemm gemm = conv_gemm(c.shape, c.operands());
    for (const GpuSize& size : sizes) {
      GemmSchedule best[3];
      const int count = rank_gemm_schedules(gemm, size, 3, best);
      require(count >= 1 && count <= 3, "no schedule for a product");
      double last = 0;
      for (int j = 0; j < count; ++j) {
        const double cycles = estimate_gemm(gemm, size, best[j]);
        require(cycles >= last && cycles < 1e15, "schedules are not in order");
        last = cycles;
        require(gemm_exists(gemm.row_loader, gemm.column_loader, best[j].tile),
                "a schedule without a kernel");
        require(gemm_tile(gemm.half, best[j].tile).shared_bytes(gemm.half ? 2 : 4) <= size.shared_bytes,
                "a tile is too large");
      }
      // More rows, more columns or more depth never take less; more multiprocessors never more.
      const double now = estimate_gemm(gemm, size, best[0]);
      Gemm more = gemm;
      more.a.window.rows *= 4;
      require(estimate_gemm(more, size, {best[0].tile, 1}) >= estimate_gemm(gemm, size, {best[0].tile, 1}),
              "more rows");
      more = gemm;
      more.b.columns *= 4;
      require(estimate_gemm(more, size, {best[0].tile, 1}) >= estimate_gemm(gemm, size, {best[0].tile, 1}),
              "more columns");
      more = gemm;
      more.a.window.depth *= 4;
      require(estimate_gemm(more, size, best[0]) >= now, "more depth");
    }
  }
  // DenseNet's last blocks at batch 1: too few tiles for the GPU, so the depth is split.
  ConvShape last;
  last.c = last.x_stride = 1024;
  last.o = last.y_stride = 128;
  last.h = last.w = last.oh = last.ow = 7;
  GemmSchedule best[1];
  require(rank_gemm_schedules(conv_gemm(last, {true, true, true, true, true, true, true, true}), sizes[0], 1,
                              best) == 1 &&
              best[0].splits > 1,
          "the depth of a small map is not split");
}

bool ran(int half, int rows, int columns, int tile) {
  if (runs[{half, rows, columns, tile}] > 0) return true;
  fprintf(stderr, "half %d, loaders %d %d, tile %d never ran\n", half, rows, columns, tile);
  return false;
}

// Whether no kernel was left out.
bool all_ran() {
  bool all = true;
  for (int half = 0; half < 2; ++half) {
    for (int rows = 0; rows < static_cast<int>(RowLoader::kCount); ++rows) {
      for (int columns = 0; columns < static_cast<int>(ColumnLoader::kCount); ++columns) {
        for (int tile = 0; tile < kGemmTiles; ++tile) {
          if (gemm_exists(static_cast<RowLoader>(rows), static_cast<ColumnLoader>(columns), tile))
            all = ran(half, rows, columns, tile) && all;
        }
      }
    }
    all = ran(half, -1, -1, kVector) && ran(half, -1, 0, kDepthwise) && ran(half, -1, 1, kDepthwise) && all;
  }
  // Kernels of several tiles, and behind them the stand-ins.
  return all && (test_cudnn == nullptr || candidate_runs.rbegin()->first >= 5);
}

}  // namespace

// The stand-ins for NVIDIA's libraries, where the environment says that they are there.
void open_libraries() {
  static std::unique_ptr<Cudnn> cudnn;
  static std::unique_ptr<CublasLt> cublas_lt;
  if (getenv("SPINEXR_CUDNN_PATH") == nullptr) return;
  require(Cudnn::create(&cudnn), "cuDNN");
  require(CublasLt::create(&cublas_lt), "cuBLASLt");
  test_cudnn = cudnn.get();
  test_cublas_lt = cublas_lt.get();
}

int test_gemm(int rounds) {
  open_libraries();
  check_index();
  check_schedules();
  for (int i = 0; i < rounds; ++i) {
    for (const bool half : {false, true}) {
      for (int kind = 0; kind < 7; ++kind) check_conv(random_conv(kind, half));
      const bool half_y = random_int(0, 2) == 0 ? !half : half;
      check_matmul(random_matmul(i % 2 == 0, i % 4 < 2), half, half_y, false);
      if (i % 2 == 0)
        check_matmul(random_matmul(random_int(0, 1) != 0, random_int(0, 1) != 0), half, half_y, true);
    }
  }
  return rounds > 3 && !all_ran() ? 1 : 0;
}

}  // namespace spinexr::cuda

// gemm_test ROUNDS SEED
int main(int count, char** words) {
  const int rounds = count > 1 ? atoi(words[1]) : 6;
  spinexr::cuda::random_state ^= static_cast<uint64_t>(count > 2 ? atoll(words[2]) : 1) * 0x2545F4914F6CDD1Du;
  const int status = spinexr::cuda::test_gemm(rounds);
  if (status == 0) printf("good\n");
  return status;
}
