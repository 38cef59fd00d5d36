/** Which model the page loads: its own, or the one that its address names: ?model=FOLDER/ relative to the page. */
const OWN = "engine/models/spinexr-phantom/";

const asked = (): string | null => new URLSearchParams(location.search).get("model");

/** What loadModel() is asked for; undefined is the package's default. */
export const modelReference = (): string | undefined => {
  const address = asked();
  return address === null ? undefined : new URL(address, document.baseURI).href;
};

/** Where its files are. */
export const modelFolder = (): string => new URL(".", new URL(asked() ?? OWN, document.baseURI)).href;
