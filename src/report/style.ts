/** Colour, sparingly, and only where the caller decided that it may be. */
import { styleText } from "node:util";

export type Look = "added" | "removed" | "hunk" | "heading" | "good" | "bad" | "changed" | "faint";
export type Paint = (look: Look, text: string) => string;

const formats = {
  added: "green",
  removed: "red",
  hunk: "cyan",
  heading: "bold",
  good: "green",
  bad: "red",
  changed: "yellow",
  faint: "dim",
} as const;

/** Paints text, or leaves it as it is. */
export function createPaint(color: boolean): Paint {
  // Whether the stream takes colour was decided by the caller: Node's own look at process.stdout has no say.
  return (look, text) => (color ? styleText(formats[look], text, { validateStream: false }) : text);
}
