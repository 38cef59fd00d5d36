/** Counts what passed, says what did not, and goes on. */
export class Report {
  passed = 0;
  failed = 0;
  skipped = 0;
  readonly #only: ((section: string) => boolean) | null;

  /** @param only where given, sections of other names are left out without a word */
  constructor(only: ((section: string) => boolean) | null = null) {
    this.#only = only;
  }

  /** Runs the checks of a section, unless it is left out. */
  async section(name: string, body: (check: Check) => Promise<void>): Promise<void> {
    if (this.#only !== null && !this.#only(name)) return;
    const start = performance.now();
    const before = [this.passed, this.failed, this.skipped];
    const check: Check = async (title, work) => {
      try {
        const note = await work();
        this.passed++;
        if (typeof note === "string") console.log(`  ${title}: ${note}`);
      } catch (error) {
        if (error instanceof Skip) {
          this.skipped++;
          console.log(`SKIP ${name} > ${title}: ${error.message}`);
          return;
        }
        this.failed++;
        console.log(`FAIL ${name} > ${title}: ${(error as Error).message}`);
      }
    };
    try {
      await body(check);
    } catch (error) {
      this.failed++;
      console.log(`FAIL ${name}: ${(error as Error).message}`);
    }
    const [passed, failed, skipped] = [this.passed, this.failed, this.skipped].map((n, i) => n - before[i]!);
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    console.log(
      `${failed === 0 ? "ok  " : "FAIL"} ${name}: ${passed} passed, ${failed} failed, ${skipped} skipped, ${seconds} s`,
    );
  }

  /** The last line, and whether all is well. */
  end(): boolean {
    const skips = this.skipped === 0 ? "" : `, ${this.skipped} skipped`;
    console.log(`\n${this.passed} passed, ${this.failed} failed${skips}`);
    return this.failed === 0 && this.passed > 0;
  }
}

/** One check: fails with what `work` throws; a sentence that it returns is printed. */
export type Check = (title: string, work: () => Promise<string | undefined>) => Promise<void>;

class Skip extends Error {}

/** For a check that this machine cannot run. */
export function skipCheck(reason: string): never {
  throw new Skip(reason);
}

export function expect(condition: boolean, sentence: string): asserts condition {
  if (!condition) throw new Error(sentence);
}
