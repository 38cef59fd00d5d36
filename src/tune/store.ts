/** Where what was measured is kept between processes. */

/** Texts by name (letters, digits, ".", "-" and "_"). In browsers: over localStorage or IndexedDB, say. */
export interface TuningStore {
  /** null: there is none. A rejected promise is reported as a warning, never as a failure of the network. */
  read(name: string): Promise<string | null>;
  /** Replaces the text as a whole: who reads meanwhile gets the old one or the new one. */
  write(name: string, text: string): Promise<void>;
}

/** A store that lives as long as the object. */
export function memoryStore(): TuningStore {
  const texts = new Map<string, string>();
  return {
    read: async (name) => texts.get(name) ?? null,
    write: async (name, text) => {
      texts.set(name, text);
    },
  };
}
