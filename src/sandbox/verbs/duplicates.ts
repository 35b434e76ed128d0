/** Fields that a JSON text has twice: the last one counts, and strict reading tells of it (sigs.k8s.io/json). */

const tokens = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g;

interface Level {
  /** The names so far, of an object; the index of the item, of a list. */
  at: Set<string> | number;
  path: string;
  key: string;
}

/**
 * A line for each field that comes twice in its object: `duplicate field "data.a"`. The text must be valid JSON.
 */
export function duplicateFields(text: string): string[] {
  const found: string[] = [];
  const levels: Level[] = [];
  let expectsKey = false;
  for (const [token] of text.matchAll(tokens)) {
    const level = levels.at(-1);
    if (token === "{" || token === "[") {
      levels.push({
        at: token === "{" ? new Set() : 0,
        path: level === undefined ? "" : pathOf(level),
        key: "",
      });
      expectsKey = token === "{";
    } else if (token === "}" || token === "]") {
      levels.pop();
      expectsKey = false;
    } else if (token === "," && level !== undefined) {
      if (typeof level.at === "number") level.at += 1;
      expectsKey = typeof level.at !== "number";
    } else if (token.startsWith('"') && expectsKey && level !== undefined && typeof level.at !== "number") {
      expectsKey = false;
      level.key = JSON.parse(token) as string;
      const line = `duplicate field "${pathOf(level)}"`;
      if (level.at.has(level.key) && !found.includes(line)) found.push(line);
      level.at.add(level.key);
    }
  }
  return found;
}

function pathOf({ at, path, key }: Level): string {
  if (typeof at === "number") return `${path}[${at}]`;
  return path === "" ? key : `${path}.${key}`;
}
