import { readFileSync } from "node:fs";
import { StatusError } from "../../../src/sandbox/status.js";

/** Recorded answers of kube-apiserver 1.36.3. */
export const recorded = (file: string): unknown =>
  JSON.parse(readFileSync(new URL(`fixtures/${file}`, import.meta.url), "utf8"));

/** What a selector is answered: `ok`, or the message of a 400. */
export function answerTo(act: () => unknown): string {
  try {
    act();
    return "ok";
  } catch (error) {
    if (error instanceof StatusError && error.status["code"] === 400) return error.message;
    throw error;
  }
}
