import type { Rewriter } from "./rewriter.ts";

/**
 * One rewrite. A pass changes the graph only through the Rewriter's methods and the nodes' fields, replaces field
 * arrays and constants instead of writing into them (they may be shared), and leaves graph outputs with their
 * names. Constants are derived from constants through `graph.memo`. It returns 0 when it found nothing, and repeated runs
 * must come to that.
 */
export interface Pass {
  readonly name: string;
  /** Returns the number of changes. */
  run(graph: Rewriter): number;
}
