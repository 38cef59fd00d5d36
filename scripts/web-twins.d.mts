import type { Plugin } from "esbuild";

export const twins: Plugin;
export const none: Plugin;
