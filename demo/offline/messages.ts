/** What the page and its service worker say to each other. */

/** "complete": keep all files. "take over": the new version is wanted now. */
export type ToWorker = "complete" | "take over";

export type FromWorker = "complete" | "incomplete";
