/** What is measured, under which name, and what follows from the times. */
import { candidates, fastest, siteKey } from "../../src/tune/candidates.ts";
import { assert, suite } from "../shim.ts";
import { site } from "./support.ts";

const test = suite("tune: candidates");

test("Strassen is only measured where its errors average out", () => {
  assert.equal(candidates(site(64, 64, 10)), ["auto", "winograd2", "winograd4", "strassen"]);
  assert.equal(candidates(site(64, 64, 10, { averaged: false })), ["auto", "winograd2", "winograd4"]);
  assert.equal(candidates(site(64, 64, 10, { kernel: [1, 1], averaged: false })), ["auto"]);
  assert.equal(candidates(site(64, 64, 10, { group: 64 })), ["auto"]);
});

test("the key names all that time depends on, and nothing else", () => {
  const key = siteKey(site(64, 32, 10));
  assert.is(key, "n1 64x10x10 3x3/1x1 d1x1 p1,1,1,1 g1 32");
  assert.is(siteKey(site(64, 32, 10, { name: "other", averaged: false })), key);
  const prologue = { norm: true, relu: true, pool: { kernel: [2, 2], strides: [2, 2] } } as const;
  const others = [
    site(64, 32, 10, { batch: 2 }),
    site(64, 32, 11),
    site(65, 32, 10),
    site(64, 33, 10),
    site(64, 32, 10, { strides: [2, 1] }),
    site(64, 32, 10, { pads: [0, 0, 1, 1] }),
    site(64, 32, 10, { dilations: [1, 2] }),
    site(64, 32, 10, { group: 2 }),
    site(64, 32, 10, { residual: true }),
    site(64, 32, 10, { prologue }),
    site(64, 32, 10, { prologue: { ...prologue, norm: false } }),
    site(64, 32, 10, { prologue: { ...prologue, relu: false } }),
    site(64, 32, 10, { prologue: { ...prologue, pool: null } }),
  ].map(siteKey);
  assert.is(new Set([key, ...others]).size, others.length + 1);
});

test("the fastest, where it wins by more than the margin", () => {
  const among = ["auto", "winograd2", "winograd4"] as const;
  assert.is(fastest({ auto: 3, winograd2: 2, winograd4: 1 }, among, "auto"), "winograd4");
  assert.is(fastest({ auto: 1, winograd2: 0.98, winograd4: 2 }, among, "auto"), "auto", "within the margin");
  assert.is(fastest({ auto: 1, winograd2: 0.96, winograd4: 2 }, among, "auto"), "winograd2");
  assert.is(fastest({ auto: 1, winograd2: 1, winograd4: 1 }, among, "winograd4"), "winograd4", "a draw");
  assert.is(fastest({ auto: 1, winograd2: 2 }, among, "auto"), null, "not all were measured");
  assert.is(fastest({ auto: 3, winograd2: 2, winograd4: 1, strassen: 0.1 }, among, "auto"), "winograd4");
});

test.run();
