/** Comma separated values (RFC 4180). */
import { SpineXRError } from "../api/errors.ts";

/** One record, with the line of the file on which it begins (from 1). */
export interface CsvRecord {
  readonly line: number;
  readonly fields: readonly string[];
}

const MAX_CHARACTERS = 2 ** 28;

/**
 * Records of a text: fields may be quoted, "" in quotes is a quote, quoted fields may hold commas and line ends; lines
 * end with LF or CRLF; empty lines and a byte order mark are skipped.
 * @throws SpineXRError INVALID_ARGUMENT naming the line, LIMIT_EXCEEDED beyond 2^28 characters
 */
export function parseCsv(text: string): CsvRecord[] {
  if (text.length > MAX_CHARACTERS)
    throw new SpineXRError("LIMIT_EXCEEDED", `A CSV of ${text.length} characters is too long; split it.`);
  const records: CsvRecord[] = [];
  let line = 1;
  let at = text.startsWith("\ufeff") ? 1 : 0;
  while (at < text.length) {
    const begin = line;
    const fields: string[] = [];
    for (let more = true; more; ) {
      let field: string;
      if (text[at] === '"') {
        const close = closingQuote(text, at + 1, begin);
        const inside = text.slice(at + 1, close);
        line += inside.split("\n").length - 1;
        field = inside.replaceAll('""', '"');
        at = close + 1;
      } else {
        const end = fieldEnd(text, at);
        field = text.slice(at, end).replace(/\r$/, "");
        if (field.includes('"'))
          csvProblem(line, 'a quote inside an unquoted field; write it as "" in quotes');
        at = end;
      }
      fields.push(field);
      if (text[at] === "\r" && text[at + 1] === "\n") at++;
      more = text[at] === ",";
      if (at < text.length && !more && text[at] !== "\n")
        csvProblem(line, "text after a closing quote; expected a comma or the end of the line");
      at++;
    }
    line++;
    if (fields.length > 1 || fields[0] !== "") records.push({ line: begin, fields });
  }
  return records;
}

export function csvProblem(line: number, found: string): never {
  throw new SpineXRError("INVALID_ARGUMENT", `Line ${line} of the CSV has ${found}.`);
}

function closingQuote(text: string, from: number, line: number): number {
  for (let at = text.indexOf('"', from); at >= 0; at = text.indexOf('"', at + 2))
    if (text[at + 1] !== '"') return at;
  return csvProblem(line, "a quoted field that never ends; close it");
}

function fieldEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length && text[at] !== "," && text[at] !== "\n") at++;
  return at;
}
