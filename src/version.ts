/** Version of the engine, as reports name it. Equal to package.json (held by a test). */
export const VERSION = "0.1.0";
