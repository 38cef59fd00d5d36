/** What is drawn, in pixels of the canvas, back to front: the one layout that both renderers follow. */
import type { GrayImage } from "../backends/core.ts";
import type { Rgb } from "./colours.ts";

/** Left, top, width, height. */
export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export type Item =
  /** The radiograph; it fills the rectangle. */
  | { readonly kind: "picture"; readonly rect: Rect; readonly image: GrayImage }
  | {
      readonly kind: "fill";
      readonly rect: Rect;
      readonly colour: Rgb;
      readonly opacity: number;
      readonly radius: number;
    }
  /** A rectangle's outline with a dark rim on both sides; `rect` runs through the middle of the line. */
  | {
      readonly kind: "outline";
      readonly rect: Rect;
      readonly colour: Rgb;
      readonly stroke: number;
      readonly dashed: boolean;
    }
  /** A line with a dark rim. */
  | {
      readonly kind: "line";
      readonly from: Point;
      readonly to: Point;
      readonly colour: Rgb;
      readonly stroke: number;
    }
  /** Starts at x; `width` is what the built-in font needs. */
  | {
      readonly kind: "text";
      readonly x: number;
      readonly baseline: number;
      readonly size: number;
      readonly width: number;
      /** As given, for renderers that have all of Unicode. */
      readonly text: string;
      readonly colour: Rgb;
      readonly bold: boolean;
    };

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Scene {
  readonly width: number;
  readonly height: number;
  readonly background: Rgb;
  /** One sentence for people who cannot see it. */
  readonly title: string;
  readonly description: string;
  readonly items: readonly Item[];
}

/** Width of an outline's dark rim on either side. */
export const rim = (stroke: number): number => Math.max(1, stroke * 0.5);
/** Dash and gap of a dashed outline. */
export const dashes = (stroke: number): readonly [number, number] => [stroke * 4, stroke * 3];

export const overlap = (a: Rect, b: Rect): number =>
  Math.max(0, Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x)) *
  Math.max(0, Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y));
