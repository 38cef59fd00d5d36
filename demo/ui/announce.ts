/** What screen readers are told as it happens. */
import { byId } from "./dom.ts";

let last = 0;

/** Politely, and no more often than somebody can listen: a later sentence takes the place of one that still waits. */
export function announce(sentence: string): void {
  const turn = ++last;
  setTimeout(() => {
    if (turn === last) byId("live").textContent = sentence;
  }, 150);
}
