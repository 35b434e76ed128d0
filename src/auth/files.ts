/** Reading the files that credentials stand in. */
import { readFile } from "node:fs/promises";
import { unusable, whyFailed } from "./failures.js";

/**
 * The text of a file. `what` is what the file is for, as `client-key of user dev (/home/me/.kube/config)`.
 * Throws `credentials`, naming the use, the path and the reason.
 */
export async function readText(path: string, what: string, hint?: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw unusable(`${what}: cannot read ${path}: ${whyFailed(error)}`, hint ?? tildeHint(path), error);
  }
}

/** Nobody but a shell expands `~`, so a path with it is a path that was quoted. */
export function tildeHint(path: string): string | undefined {
  return /(^|\/)~/.test(path) ? "~ is expanded by shells only: write the whole path" : undefined;
}

/**
 * The token in a file, trimmed (client-go: transport/token_source.go, `fileTokenSource.Token`).
 * Throws `credentials` for a file that can't be read, is empty, or holds what no header can carry.
 */
export async function readToken(path: string, what: string, hint?: string): Promise<string> {
  const token = (await readText(path, what, hint)).trim();
  if (token === "") throw unusable(`${what}: ${path} is empty`, hint);
  return checkToken(token, `${what}: ${path}`);
}

/** The token, if an Authorization header can carry it. Throws `credentials`, never with the token in the text. */
export function checkToken(token: string, what: string): string {
  const trimmed = token.trim();
  if (trimmed === "") throw unusable(`${what}: the token is empty`);
  if (!/^[\x21-\x7e]+$/.test(trimmed)) {
    throw unusable(
      `${what}: the token has spaces, line breaks or characters beyond ASCII in it, which no header can carry`,
      "check that it is one whole token and nothing else",
    );
  }
  return trimmed;
}
