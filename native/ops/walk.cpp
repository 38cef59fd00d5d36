#include "walk.h"

namespace spinexr {

Status check_dims(const PrepareContext& context, const int32_t* dims, int rank, int64_t* elements) {
  int64_t result = 1;
  for (int d = 0; d < rank; ++d) {
    SPX_TRY(context.expect_range("dims", dims[d], 0, INT32_MAX));
  }
  for (int d = 0; d < rank; ++d) {
    // Zero dims are left out until the end, so that the product of the others is bounded too.
    if (dims[d] > 0) result = product({result, dims[d]});
    if (result < 0) return context.fail("its dims overflow");
  }
  for (int d = 0; d < rank; ++d) {
    if (dims[d] == 0) result = 0;
  }
  *elements = result;
  return Status::OK;
}

Status check_walk(const PrepareContext& context, int32_t tensor, const char* role, const int32_t* dims,
                  const int32_t* strides, int rank, int64_t offset) {
  int64_t low, high;
  if (!walk_bounds(dims, strides, rank, &low, &high) || __builtin_add_overflow(low, offset, &low) ||
      __builtin_add_overflow(high, offset, &high)) {
    return context.fail("the strides of %s overflow", role);
  }
  return context.expect_inside(tensor, role, low, high);
}

}  // namespace spinexr
