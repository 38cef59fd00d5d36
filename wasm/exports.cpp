// The module exports the functions of engine.h by name (build.mjs reads them from there). This file holds
// what a host must know beyond them: where the fields of spx_voi and spx_image_input lie, which
// src/backends/wasm/structs.ts writes.
#include "engine.h"

static_assert(sizeof(void*) == 4, "hosts pass 32-bit addresses");
static_assert(offsetof(spx_voi, kind) == 0 && offsetof(spx_voi, function) == 4);
static_assert(offsetof(spx_voi, center) == 8 && offsetof(spx_voi, width) == 16);
static_assert(offsetof(spx_voi, rescale_slope) == 24 && offsetof(spx_voi, rescale_intercept) == 32);
static_assert(offsetof(spx_voi, has_rescale) == 40 && offsetof(spx_voi, lut_first) == 44);
static_assert(offsetof(spx_voi, lut_entries) == 48 && offsetof(spx_voi, lut_bits) == 52);
static_assert(offsetof(spx_image_input, padded_height) == 8 && offsetof(spx_image_input, mean) == 16);
static_assert(offsetof(spx_image_input, std) == 28 && offsetof(spx_image_input, tensor) == 40);
static_assert(sizeof(spx_image_input) == 44);
static_assert(offsetof(spx_voi, lut) == 56 && sizeof(spx_voi) == 64);
