/** Texts that the server makes up itself. */
import { randomInt } from "node:crypto";

const letters = "bcdfghjklmnpqrstvwxz2456789";

/** Random letters as the server's own (apimachinery pkg/util/rand). */
export function randomLetters(count: number): string {
  return Array.from({ length: count }, () => letters[randomInt(letters.length)]).join("");
}

/** RFC 3339 in whole seconds, as all times in metadata are. */
export function timeText(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}
