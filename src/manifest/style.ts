/** How a scalar with a reference is written, as far as that decides whether it may be anything but text. */
import type { Path, Place } from "../model.js";
import { readJson, type YamlDocument } from "../yaml/index.js";

export type Style =
  /** One reference without quotes: it takes its type from what the variable holds. */
  | "plain"
  /** One reference in quotes (or in a block, or with a tag), where it need not be. */
  | "quoted"
  /** One reference between brackets, where YAML has no place for one without quotes. */
  | "flow"
  /** In JSON. */
  | "json"
  /** A reference beside other text. */
  | "mixed";

/** The style of the scalar at a path that is one reference and nothing else. */
export function styleAt(text: string, document: YamlDocument, path: Path): Style {
  if (document.isPlain(path)) return "plain";
  if (document.place.source.endsWith(".json") || readJson(text, "").problems.length === 0) return "json";
  const isFlow = path.some((_, depth) => /[[{]/.test(charAt(text, document.placeOf(path.slice(0, depth)))));
  return isFlow ? "flow" : "quoted";
}

/** The character at a place, whose column does not count a byte order mark. */
function charAt(text: string, { line, column }: Place): string {
  const found = text.split("\n")[line - 1]?.replace(/^\ufeff/, "");
  return found?.charAt(column - 1) ?? "";
}

/** The way to a typed value, for who has text where a number or boolean belongs; undefined where there is none to name. */
export function wayToType(
  style: Style,
  key: string | number | undefined,
  written: string,
): string | undefined {
  const line = typeof key === "string" ? `${key}: ${written}` : `- ${written}`;
  switch (style) {
    case "plain":
      return undefined;
    case "quoted":
      return "remove the quotes";
    case "flow":
      return `between [ ] or { } a reference is always text: write \`${line}\` on a line of its own, in block style`;
    case "json":
      return `in JSON a reference is always text: write this manifest as YAML, with \`${line}\` on a line of its own`;
    case "mixed":
      return "a reference beside other text is always text: let one variable hold the whole value";
  }
}
