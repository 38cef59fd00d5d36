/** Pictures come by dropping, choosing or pasting files; folders are walked through. */
import { byId } from "../ui/dom.ts";

/** More files than this at once are surely a mistake. */
const MOST = 500;

export interface Intake {
  readonly add: (files: readonly File[]) => void;
}

export function startIntake({ add }: Intake): { choose(): void } {
  const input = byId<HTMLInputElement>("files");
  input.addEventListener("change", () => {
    add([...(input.files ?? [])].slice(0, MOST));
    input.value = "";
  });
  let depth = 0;
  const mark = (over: boolean): void => {
    document.body.classList.toggle("dropping", over);
  };
  const isFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") === true;
  addEventListener("dragenter", (event) => {
    if (!isFiles(event)) return;
    event.preventDefault();
    depth++;
    mark(true);
  });
  addEventListener("dragleave", (event) => {
    if (!isFiles(event)) return;
    depth = Math.max(0, depth - 1);
    if (depth === 0) mark(false);
  });
  addEventListener("dragover", (event) => {
    if (isFiles(event)) event.preventDefault();
  });
  addEventListener("drop", (event) => {
    if (!isFiles(event)) return;
    event.preventDefault();
    depth = 0;
    mark(false);
    void droppedFiles(event.dataTransfer!).then((files) => add(files.slice(0, MOST)));
  });
  addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length > 0) add(files.slice(0, MOST));
  });
  return { choose: () => input.click() };
}

/** Of folders all files inside, in the order of their names. */
async function droppedFiles(data: DataTransfer): Promise<File[]> {
  const plain = [...data.files];
  const entries = [...data.items].map((item) => item.webkitGetAsEntry?.() ?? null);
  if (!entries.some((entry) => entry?.isDirectory)) return plain;
  const files: File[] = [];
  for (const entry of entries) if (entry !== null) await walk(entry, files);
  return files;
}

async function walk(entry: FileSystemEntry, files: File[]): Promise<void> {
  if (files.length >= MOST) return;
  if (entry.isFile) {
    files.push(await new Promise<File>((done, fail) => (entry as FileSystemFileEntry).file(done, fail)));
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((done, fail) => reader.readEntries(done, fail));
    if (some.length === 0) break;
    found.push(...some);
  }
  found.sort((a, b) => a.name.localeCompare(b.name));
  for (const one of found) if (!one.name.startsWith(".")) await walk(one, files);
}
