// The k first of each run of dense [outer, n, inner], ties by the lower index. A workgroup for each run: radix select on the
// order of the values, eight bits at a time, then on the index among those that tie for the last place, then a bitonic sort of
// the k pairs (rank, index) in scratch, whose `padded` places are a power of two.
override LARGEST: bool;
struct Params {
  count: u32,
  n: u32,
  inner: u32,
  k: u32,
  padded: u32,
  x: u32,
  values: u32,
  indices: u32,
  scratch: u32, // words: count * padded * 2
}
@group(0) @binding(1) var<uniform> p: Params;

const LANES = 256u;
var<workgroup> histogram: array<atomic<u32>, 256>;
var<workgroup> chosen: u32; // the bin that holds the last place
var<workgroup> before: u32; // how many come before that bin
var<workgroup> size: atomic<u32>;

var<private> start: u32;

fn rank_at(j: u32) -> u32 {
  let key = order_key(load(F32, start + j * p.inner));
  return select(key, ~key, LARGEST);
}

// Of those in the histogram the one in which place `place` (from 0 on) lies, and how many lie before it.
fn choose(local: u32, place: u32) {
  workgroupBarrier();
  if (local == 0u) {
    var sum = 0u;
    var bin = 0u;
    loop {
      let here = atomicLoad(&histogram[bin]);
      if (sum + here > place || bin == 255u) {
        break;
      }
      sum += here;
      bin++;
    }
    chosen = bin;
    before = sum;
  }
  workgroupBarrier();
}

fn is_less(a: u32, b: u32) -> bool {
  let first = word(a);
  let second = word(b);
  return first < second || (first == second && word(a + 1u) < word(b + 1u));
}

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let run = group_number(group, groups);
  if (run >= p.count) {
    return;
  }
  let base = run / p.inner * p.n * p.inner + run % p.inner;
  start = p.x + base;
  let pairs = p.scratch + run * p.padded * 2u;
  // The rank of the last place, from its highest byte on, and its place among those of that rank.
  var place = p.k - 1u;
  var limit = 0u;
  for (var shift = 24; shift >= 0; shift -= 8) {
    atomicStore(&histogram[local], 0u);
    workgroupBarrier();
    let known = select(0xffffffffu << u32(shift + 8), 0u, shift == 24);
    for (var j = local; j < p.n; j += LANES) {
      let rank = rank_at(j);
      if ((rank & known) == limit) {
        atomicAdd(&histogram[(rank >> u32(shift)) & 255u], 1u);
      }
    }
    choose(local, place);
    limit |= workgroupUniformLoad(&chosen) << u32(shift);
    place -= workgroupUniformLoad(&before);
  }
  // The index of the last place among them.
  var last = 0u;
  for (var shift = 24; shift >= 0; shift -= 8) {
    if ((p.n - 1u) >> u32(shift) != 0u) {
      atomicStore(&histogram[local], 0u);
      workgroupBarrier();
      let known = select(0xffffffffu << u32(shift + 8), 0u, shift == 24);
      for (var j = local; j < p.n; j += LANES) {
        if ((j & known) == last && rank_at(j) == limit) {
          atomicAdd(&histogram[(j >> u32(shift)) & 255u], 1u);
        }
      }
      choose(local, place);
      last |= workgroupUniformLoad(&chosen) << u32(shift);
      place -= workgroupUniformLoad(&before);
    }
  }
  if (local == 0u) {
    atomicStore(&size, 0u);
  }
  workgroupBarrier();
  for (var j = local; j < p.n; j += LANES) {
    let rank = rank_at(j);
    if (rank < limit || (rank == limit && j <= last)) {
      let at = pairs + atomicAdd(&size, 1u) * 2u;
      set_word(at, rank);
      set_word(at + 1u, j);
    }
  }
  for (var i = p.k + local; i < p.padded; i += LANES) {
    set_word(pairs + i * 2u, 0xffffffffu);
    set_word(pairs + i * 2u + 1u, 0xffffffffu);
  }
  storageBarrier();
  for (var width = 2u; width <= p.padded; width *= 2u) {
    for (var gap = width / 2u; gap > 0u; gap /= 2u) {
      for (var i = local; i < p.padded; i += LANES) {
        let other = i ^ gap;
        if (other > i) {
          let a = pairs + i * 2u;
          let b = pairs + other * 2u;
          let rising = (i & width) == 0u;
          if (is_less(b, a) == rising) {
            let rank = word(a);
            let index = word(a + 1u);
            set_word(a, word(b));
            set_word(a + 1u, word(b + 1u));
            set_word(b, rank);
            set_word(b + 1u, index);
          }
        }
      }
      storageBarrier();
    }
  }
  let target_start = run / p.inner * p.k * p.inner + run % p.inner;
  for (var i = local; i < p.k; i += LANES) {
    let index = word(pairs + i * 2u + 1u);
    set_word(p.indices + target_start + i * p.inner, index);
    set_word(p.values + target_start + i * p.inner, word(start + index * p.inner));
  }
}
