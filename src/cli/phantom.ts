/** spinexr phantom: a data set of synthetic radiographs in the layout of VinDr-SpineXR. */
import { mkdir, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  ANNOTATION_HEADER,
  annotationRows,
  type PhantomKey,
  planPhantom,
  producePhantoms,
} from "../phantom/index.ts";
import { type Command, choice, integer, UsageError } from "./command.ts";
import { Progress } from "./progress.ts";
import { table } from "./table.ts";

export const phantom: Command = {
  name: "phantom",
  summary: "Make synthetic spine radiographs with known lesions, in the layout of VinDr-SpineXR.",
  operands: "--out DIR --count N --seed S",
  options: {
    out: { kind: "value", value: "DIR", help: "annotations/SPLIT.csv and SPLIT_images/*.dicom go there" },
    count: { kind: "value", value: "N", help: "pictures" },
    seed: {
      kind: "value",
      value: "S",
      help: "0 to 4294967295: the same seed makes the same bytes everywhere",
    },
    split: {
      kind: "value",
      value: "NAME",
      help: "test or train (default test): different pictures of a seed",
    },
    first: { kind: "value", value: "K", help: "number of the first picture (default 0)" },
    size: { kind: "value", value: "PIXELS", help: "of the longer side, 64 to 4096 (default 1000)" },
    compress: { kind: "flag", help: "store lossless JPEG-LS: a third of the bytes" },
    threads: { kind: "value", value: "N", help: "default 2" },
  },
  async run(args, io) {
    if (args.positionals.length > 0)
      throw new UsageError(`spinexr phantom takes options only, found "${args.positionals[0]}".`);
    const needed = (name: string): string => {
      const value = args.value(name);
      if (value === undefined) throw new UsageError(`spinexr phantom expects --${name}.`);
      return value;
    };
    const number = (name: string, preset: string, low: number, high: number): number =>
      integer(name, args.value(name) ?? preset, low, high);
    const out = needed("out");
    const count = integer("count", needed("count"), 1, 10_000_000);
    const seed = integer("seed", needed("seed"), 0, 2 ** 32 - 1);
    const split = choice("split", args.value("split") ?? "test", ["test", "train"]);
    const first = number("first", "0", 0, 2 ** 31);
    const longest = number("size", "1000", 64, 4096);
    const threads = number("threads", "2", 1, 64);

    const images = join(out, `${split}_images`);
    await mkdir(images, { recursive: true });
    await mkdir(join(out, "annotations"), { recursive: true });
    const keys = Array.from(
      { length: count },
      (_, k): PhantomKey => ({ seed, split, index: first + k, longest }),
    );
    const rows = [ANNOTATION_HEADER];
    const wanted: PhantomKey[] = [];
    const tally = new Map<string, number>();
    for (const key of keys) {
      const plan = planPhantom(key);
      rows.push(...annotationRows(plan));
      if (plan.lesions.length === 0) tally.set("No finding", (tally.get("No finding") ?? 0) + 1);
      for (const { type } of plan.lesions) tally.set(type, (tally.get(type) ?? 0) + 1);
      // Files get their name when they are whole.
      if (!(await exists(join(images, `${plan.id}.dicom`)))) wanted.push(key);
    }
    const progress = new Progress(io);
    let done = count - wanted.length;
    try {
      await producePhantoms(
        wanted,
        async (key, file) => {
          const path = join(images, `${planPhantom(key).id}.dicom`);
          await writeFile(`${path}.part`, file);
          await rename(`${path}.part`, path);
          done++;
          progress.show("making phantoms", done, count);
        },
        { threads, compress: args.flag("compress"), signal: io.signal },
      );
    } finally {
      progress.end();
    }
    const csv = join(out, "annotations", `${split}.csv`);
    await writeFile(`${csv}.part`, `${rows.join("\n")}\n`);
    await rename(`${csv}.part`, csv);
    io.out(`${count} pictures in ${images}, ${wanted.length} of them made now; ${csv}\n\n`);
    io.out(
      `${table(
        ["boxes", "number"],
        [...tally].sort().map(([label, n]) => [label, String(n)]),
      )}\n`,
    );
    return 0;
  },
};

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    return false;
  }
}
