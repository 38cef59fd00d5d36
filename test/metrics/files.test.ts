/** Annotation and prediction files, good and hostile. */
import { evaluate, join, parseAnnotations, parsePredictions } from "../../src/metrics/index.ts";
import { assert, suite } from "../shim.ts";
import { rejects } from "../support/errors.ts";

const test = suite("evaluation files");
const HEAD = "image_id,lesion_type,xmin,ymin,xmax,ymax";

test("columns by name, quotes, both line ends; thin boxes are dropped and their image stays abnormal", () => {
  const text = [
    '\ufeffymax,"lesion_type",image_id,"a ""note""\n, here",xmin,ymin,xmax',
    '20,"Other, ""rare""\nlesion",a,x,1,2,10.5\r',
    "",
    "20,Osteophytes,a,,1,2,1.0005\r",
    ",No finding,b,,,,",
    "20,Scoliosis,c,,1,2,1",
  ].join("\n");
  assert.equal(parseAnnotations(text), [
    { imageId: "a", abnormal: true, lesions: [{ label: 'Other, "rare"\nlesion', box: [1, 2, 10.5, 20] }] },
    { imageId: "b", abnormal: false, lesions: [] },
    { imageId: "c", abnormal: true, lesions: [] },
  ]);
});

for (const [what, text, message] of [
  ["nothing", "", /empty/],
  ["a missing column", "image_id,lesion_type,xmin,ymin,xmax\n", /Line 1 .*ymax/],
  ["a missing field", `${HEAD}\na,Osteophytes,1,2,3`, /Line 2 .*5 fields; expected 6/],
  ["a word for a number", `${HEAD}\na,Osteophytes,1,2,3,x`, /Line 2 .*four numbers/],
  ["an empty box", `${HEAD}\nb,No finding,,,,\na,Osteophytes,,,,`, /Line 3/],
  ["an open quote", `${HEAD}\na,"Osteophytes,1,2,3,4`, /Line 2 .*never ends/],
  ["text after a quote", `${HEAD}\n"a"b,Osteophytes,1,2,3,4`, /Line 2 .*closing quote/],
  ["a quote in a field", `${HEAD}\na"b,Osteophytes,1,2,3,4`, /Line 2 .*quote inside/],
  ["no name", `${HEAD}\n"\n",Osteophytes,1,2,3,4`, /Line 2 .*empty image_id/],
  ["contradiction", `${HEAD}\na,No finding,,,,\na,Osteophytes,1,2,3,4`, /Line 3 .*beside/],
] as const)
  test(`a CSV with ${what} is refused`, () =>
    rejects(() => parseAnnotations(text), "INVALID_ARGUMENT", message));

const picture = (more: string): string => `[{"image_id":"a","abnormal_probability":0.5${more}}]`;
for (const [what, text, message] of [
  ["no JSON", "[", /not JSON/],
  ["no list", "{}", /list/],
  ["no object", "[null]", /predictions\[0\]/],
  ["no name", '[{"abnormal_probability":0.5}]', /image_id/],
  ["a probability of 2", '[{"image_id":"a","abnormal_probability":2}]', /0 to 1/],
  ["findings of text", picture(',"findings":"x"'), /findings must be a list/],
  ["a box of three", picture(',"findings":[{"label":"a","score":1,"box":[1,2,3]}]'), /findings\[0\]\.box/],
  ["a box of text", picture(',"findings":[{"label":"a","score":1,"box":[1,2,3,"4"]}]'), /four numbers/],
  ["a turned box", picture(',"findings":[{"label":"a","score":1,"box":[9,2,3,4]}]'), /x0 <= x1/],
  ["no score", picture(',"findings":[{"label":"a","box":[1,2,3,4]}]'), /score/],
] as const)
  test(`predictions with ${what} are refused`, () =>
    rejects(() => parsePredictions(text), "INVALID_ARGUMENT", message));

test("annotations and predictions must fit", async () => {
  const annotations = parseAnnotations(`${HEAD}\na,Osteophytes,1,2,3,4\nb,No finding,,,,`);
  const entry = (imageId: string, abnormalProbability: number, labels: readonly string[] | null = null) => ({
    imageId,
    abnormalProbability,
    findings: labels?.map((label) => ({ label, score: 1, box: [1, 2, 3, 4] as const })) ?? null,
  });
  const refused = (predictions: ReturnType<typeof entry>[], message: RegExp) =>
    rejects(() => join(predictions, annotations), "INVALID_ARGUMENT", message);
  await refused([entry("a", 1)], /image b has no prediction/);
  await refused([entry("a", 1), entry("a", 1)], /two predictions/);
  await refused([entry("a", 1), entry("b", 0, [])], /1 of 2/);
  await refused([entry("a", 1, ["Osteophyte"]), entry("b", 0, [])], /Did you mean "Osteophytes"/);
  const blind = evaluate(join([entry("b", 0), entry("x", 1), entry("a", 1)], annotations), { samples: 50 });
  assert.equal([blind.auroc, blind.threshold, blind.detection, blind.afterRule], [1, 1, null, null]);
  const worst = join([entry("a", 0), entry("b", 1)], annotations);
  await rejects(() => evaluate(worst), "INVALID_ARGUMENT", /No threshold/);
  const seen = evaluate(join([entry("a", 1, ["Osteophytes"]), entry("b", 0, [])], annotations), {
    samples: 50,
  });
  assert.is(seen.detection?.map50, 1);
});

test.run();
