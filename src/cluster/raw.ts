/** Any path of the server, as `curl` with the token and CA would get it. */
import { KapplyError } from "../errors.js";
import type { Transport } from "./types.js";

/**
 * Gets a path, and returns the answer's text whatever its type is.
 * @param path from the server's root, with its query: `/api/v1/namespaces/default/pods?limit=5`
 * @throws KapplyError `usage` when it is no such path, and those of every request.
 */
export async function fetchRaw(transport: Transport, path: string): Promise<string> {
  if (!/^\/[\x21-\x7e]*$/.test(path) || path.includes("#"))
    throw new KapplyError("usage", `"${path}" is no path of an API server`, {
      hint: "a path begins with /, as /api/v1/namespaces/default/pods, with special characters percent-encoded",
    });
  const reply = await transport.request({ method: "GET", path, what: `GET ${path}`, raw: true });
  return reply.text;
}
