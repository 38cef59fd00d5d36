/** Whether text is well-formed XML, as far as our own writers go: nested elements, quoted attributes, no stray markup. */

const ENTITY = /&(?!amp;|lt;|gt;|quot;)/;
const ATTRIBUTES = /^(?:\s+[\w:-]+="[^"<&]*(?:&(?:amp|lt|gt|quot);[^"<&]*)*")*\s*$/;

/** Returns the element names in the order they open. @throws Error naming the first problem */
export function wellFormed(xml: string): string[] {
  const open: string[] = [];
  const seen: string[] = [];
  let at = 0;
  for (const { 0: tag, index } of xml.matchAll(/<[^>]*>/g)) {
    checkText(xml.slice(at, index));
    at = index + tag.length;
    const [, close, name, attributes, empty] = /^<(\/?)([A-Za-z][\w:-]*)([\s\S]*?)(\/?)>$/.exec(tag) ?? [];
    if (name === undefined) throw new Error(`strange markup ${tag.slice(0, 60)}`);
    if (close === "/") {
      if (open.pop() !== name) throw new Error(`</${name}> closes nothing`);
      continue;
    }
    if (!ATTRIBUTES.test(attributes)) throw new Error(`attributes of <${name}${attributes.slice(0, 80)}>`);
    const names = Array.from(attributes.matchAll(/\s([\w:-]+)="/g), ([, key]) => key);
    if (new Set(names).size < names.length) throw new Error(`an attribute of <${name}> is there twice`);
    seen.push(name);
    if (empty !== "/") open.push(name);
  }
  checkText(xml.slice(at));
  if (open.length > 0) throw new Error(`<${open.join("> <")}> stays open`);
  return seen;
}

function checkText(text: string): void {
  if (text.includes("<") || ENTITY.test(text)) throw new Error(`unescaped text ${text.slice(0, 60)}`);
  if (/[\p{Cs}\ufffe\uffff]/u.test(text) || /[^\P{Cc}\n\t\r]/u.test(text))
    throw new Error("a character that XML cannot hold");
}
