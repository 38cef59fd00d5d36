/** Tasks one after another, in the order of their coming. An idle queue starts a task before add() returns. */
export class SerialQueue {
  readonly #waiting: (() => void)[] = [];
  #busy = false;

  get idle(): boolean {
    return !this.#busy;
  }

  add<T>(task: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const start = (): void => {
        task()
          .then(resolve, reject)
          .finally(() => this.#next());
      };
      if (this.#busy) {
        this.#waiting.push(start);
        return;
      }
      this.#busy = true;
      start();
    });
  }

  #next(): void {
    const start = this.#waiting.shift();
    if (start === undefined) this.#busy = false;
    else start();
  }
}
