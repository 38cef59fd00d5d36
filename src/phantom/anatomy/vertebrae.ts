/**
 * Mean sizes of adult vertebrae in millimetres, rounded from the usual morphometric tables: body width (side to side),
 * depth (front to back) and height, and the height of the disc below.
 */

export type Region = "cervical" | "thoracic" | "lumbar" | "sacral";

export interface VertebraSize {
  readonly name: string;
  readonly region: Region;
  readonly width: number;
  readonly depth: number;
  readonly height: number;
  readonly disc: number;
}

const size = (
  region: Region,
  name: string,
  width: number,
  depth: number,
  height: number,
  disc: number,
): VertebraSize => ({ name, region, width, depth, height, disc });

export const VERTEBRAE: readonly VertebraSize[] = [
  size("cervical", "C1", 18, 10, 10, 3),
  size("cervical", "C2", 18, 16, 18, 5),
  size("cervical", "C3", 18.5, 16, 13.5, 5.2),
  size("cervical", "C4", 19, 16, 13, 5.3),
  size("cervical", "C5", 20, 16.5, 13, 5.5),
  size("cervical", "C6", 21, 17, 13, 5.8),
  size("cervical", "C7", 23, 17.5, 14.5, 5.4),
  size("thoracic", "T1", 26, 18, 16, 4.6),
  size("thoracic", "T2", 27, 19, 17.5, 4.2),
  size("thoracic", "T3", 27, 20.5, 18, 4.2),
  size("thoracic", "T4", 27.5, 22, 18.5, 4.3),
  size("thoracic", "T5", 28, 24, 19, 4.5),
  size("thoracic", "T6", 29, 26, 19.5, 4.8),
  size("thoracic", "T7", 30, 27.5, 20, 5),
  size("thoracic", "T8", 31, 29, 20.5, 5.3),
  size("thoracic", "T9", 32, 30.5, 21, 5.7),
  size("thoracic", "T10", 34, 31.5, 22, 6.3),
  size("thoracic", "T11", 37, 32, 23, 7),
  size("thoracic", "T12", 40, 32.5, 25, 8),
  size("lumbar", "L1", 43, 33, 26.5, 9.2),
  size("lumbar", "L2", 45, 34, 27.5, 10.3),
  size("lumbar", "L3", 47, 34.5, 28, 11.2),
  size("lumbar", "L4", 49.5, 35, 28, 11.8),
  size("lumbar", "L5", 52, 35, 28, 10.8),
  size("sacral", "S1", 50, 32, 28, 3),
];

export const indexOf = (name: string): number => VERTEBRAE.findIndex((vertebra) => vertebra.name === name);

export const C2 = 1;
export const C7 = 6;
export const T1 = 7;
export const T12 = 18;
export const L5 = 23;
export const S1 = 24;
