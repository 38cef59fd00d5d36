/** Whether a GPU beats what "auto" took: measured on this machine once, and remembered. */
import { SpineXRError } from "../api/errors.ts";
import { cacheFolder, readCached, writeCached } from "../platform/cache-folder.ts";
import { sha256Hex } from "../platform/hash.ts";
import type { Backend, BackendInstance, BackendOptions, OpenedBackend } from "./backend.ts";
import { compareSpeed } from "./webgpu/probe.ts";

/** Milliseconds of one convolution. */
interface Times {
  readonly challenger: number;
  readonly holder: number;
}

const MOST_CHARACTERS = 1000;

/**
 * The faster of an open backend and another one; the slower is closed. Where the other cannot be opened or a processor
 * stands in for its GPU, the open one stays. `rejected` says why.
 * @param lack why the other cannot do what was asked; null: it can
 */
export async function challenge(
  { instance: holder, rejected }: OpenedBackend,
  backend: Backend,
  lack: string | null,
  options: BackendOptions,
): Promise<OpenedBackend> {
  const stays = (reason: string): OpenedBackend => ({
    instance: holder,
    rejected: [...rejected, { name: backend.name, reason }],
  });
  if (lack !== null) return stays(lack);
  const { available, reason, device, software } = await backend.probe(options);
  if (!available) return stays(reason);
  if (software === true) return stays(`${device}: a processor stands in for a GPU.`);
  let challenger: BackendInstance | null = null;
  try {
    const place = [device, holder.name, holder.isa, holder.threads, options.worker === false].join(" ");
    const name = `speed-${sha256Hex(new TextEncoder().encode(place)).slice(0, 16)}.json`;
    let times = await recall(name);
    if (times === null) {
      challenger = await backend.open(options);
      const { webgpu, other } = await compareSpeed(challenger, holder);
      times = { challenger: webgpu, holder: other };
      await remember(name, times);
    }
    const compared = (loser: string, slow: number, fast: number): string =>
      `A convolution took ${slow.toFixed(1)} ms with ${loser} and ${fast.toFixed(1)} ms with what was chosen.`;
    if (times.challenger >= times.holder) {
      await challenger?.dispose();
      return stays(compared(backend.name, times.challenger, times.holder));
    }
    challenger ??= await backend.open(options);
    await holder.dispose();
    const lost = { name: holder.name, reason: compared(holder.name, times.holder, times.challenger) };
    return { instance: challenger, rejected: [...rejected, lost] };
  } catch (error) {
    await challenger?.dispose().catch(() => undefined);
    if (error instanceof SpineXRError) return stays(error.message);
    throw error;
  }
}

/** Times of this page, for hosts that keep nothing. */
const known = new Map<string, Times>();

async function recall(name: string): Promise<Times | null> {
  const here = known.get(name);
  if (here !== undefined) return here;
  const text = await readCached(cacheFolder(), name, MOST_CHARACTERS).catch(() => null);
  return text === null ? null : parseTimes(text);
}

async function remember(name: string, times: Times): Promise<void> {
  known.set(name, times);
  await writeCached(cacheFolder(), name, JSON.stringify(times)).catch(() => undefined);
}

/** null for anything but two times: then it is measured anew. */
function parseTimes(text: string): Times | null {
  try {
    const { challenger, holder } = JSON.parse(text) as Record<string, unknown>;
    return typeof challenger === "number" && typeof holder === "number" ? { challenger, holder } : null;
  } catch {
    return null;
  }
}
