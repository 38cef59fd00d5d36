/** The package used when none is named. */
export const DEFAULT_MODEL = "spinexr-phantom";
