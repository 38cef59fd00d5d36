/** float16 and bfloat16: every code, and rounding to the nearest. */
import {
  bfloat16sToFloats,
  bfloat16ToNumber,
  floatsToHalves,
  halfToNumber,
  halvesToFloats,
} from "../../src/bytes/half.ts";
import { assert, random, suite } from "../shim.ts";

const test = suite("16-bit floats");
const half = (value: number): number => floatsToHalves(Float32Array.of(value))[0]!;

test("known codes", () => {
  for (const [code, value] of [
    [0x0000, 0],
    [0x8000, -0],
    [0x0001, 2 ** -24],
    [0x03ff, 1023 * 2 ** -24],
    [0x0400, 2 ** -14],
    [0x3c00, 1],
    [0xc000, -2],
    [0x3555, 0.333251953125],
    [0x7bff, 65504],
    [0x7c00, Number.POSITIVE_INFINITY],
    [0xfc00, Number.NEGATIVE_INFINITY],
  ] as const) {
    assert.ok(Object.is(halfToNumber(code), value), `${code.toString(16)} is ${halfToNumber(code)}`);
    assert.is(half(value), code);
  }
  assert.ok(Number.isNaN(halfToNumber(0x7e01)));
  assert.is(half(Number.NaN) & 0x7fff, 0x7e00);
  assert.is(bfloat16ToNumber(0xc040), -3);
});

test("every code comes back", () => {
  const codes = Uint16Array.from({ length: 65536 }, (_, code) => code);
  const values = halvesToFloats(codes);
  const back = floatsToHalves(values);
  codes.forEach((code, i) => {
    assert.ok(Object.is(values[i], halfToNumber(code)), `value of ${code}`);
    if (!Number.isNaN(values[i])) assert.is(back[i], code);
  });
  const wide = bfloat16sToFloats(codes);
  for (const code of codes) assert.ok(Object.is(wide[code], bfloat16ToNumber(code)), `bfloat16 ${code}`);
});

test("rounds to the nearest, ties to even", () => {
  const next = random(3);
  const values = Float32Array.from({ length: 40_000 }, () => {
    const magnitude = 2 ** (next() * 46 - 28) * (1 + next());
    return next() < 0.5 ? -magnitude : magnitude;
  });
  // Exact ties between neighbours of both kinds.
  for (let i = 0; i < 4000; i++) {
    const code = Math.floor(next() * 0x7bfe);
    values[i] = (halfToNumber(code) + halfToNumber(code + 1)) / 2;
  }
  for (const [i, code] of floatsToHalves(values).entries()) {
    const value = Math.abs(values[i]!);
    const magnitude = code & 0x7fff;
    if (value >= 65520) {
      assert.is(magnitude, 0x7c00);
      continue;
    }
    const off = Math.abs(halfToNumber(magnitude) - value);
    const below = magnitude === 0 ? Number.POSITIVE_INFINITY : Math.abs(halfToNumber(magnitude - 1) - value);
    const above = magnitude === 0x7bff ? 65536 - value : Math.abs(halfToNumber(magnitude + 1) - value);
    assert.ok(off <= below && off <= above, `${values[i]} became ${code.toString(16)}`);
    if (off === below || off === above) assert.is(code & 1, 0, `the tie ${values[i]} became odd`);
    assert.is(code >> 15, values[i]! < 0 ? 1 : 0);
  }
});

test.run();
