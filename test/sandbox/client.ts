/** A sandbox of its own for a test file, asked over plain HTTP. */
import { parseJson, type Json, type JsonObject } from "../../src/json.js";
import { startSandbox, type Sandbox, type SandboxOptions } from "../../src/sandbox/sandbox.js";

export interface Reply {
  status: number;
  headers: Headers;
  body: JsonObject;
}

export interface Asking extends Sandbox {
  ask: (method: string, path: string, body?: Json, type?: string) => Promise<Reply>;
  get: (path: string) => Promise<Reply>;
  post: (path: string, body: Json) => Promise<Reply>;
  apply: (path: string, body: Json, manager?: string) => Promise<Reply>;
  /** The events of a watch until there are as many as wanted. */
  watch: (path: string, count: number) => Promise<{ type: string; object: JsonObject }[]>;
}

/** Starts one, on any free port. */
export async function askSandbox(options: Partial<SandboxOptions> = {}): Promise<Asking> {
  const sandbox = await startSandbox({ host: "127.0.0.1", port: 0, tls: false, ...options });
  const ask: Asking["ask"] = async (method, path, body, type = "application/json") => {
    const init = body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": type } };
    const response = await fetch(sandbox.url + path, { method, ...init });
    return {
      status: response.status,
      headers: response.headers,
      body: parseJson(await response.text()) as JsonObject,
    };
  };
  return {
    ...sandbox,
    ask,
    get: (path) => ask("GET", path),
    post: (path, body) => ask("POST", path, body),
    apply: (path, body, manager = "tester") =>
      ask("PATCH", `${path}?fieldManager=${manager}`, body, "application/apply-patch+yaml"),
    watch: (path, count) => readEvents(sandbox.url + path, count),
  };
}

async function readEvents(url: string, count: number): Promise<{ type: string; object: JsonObject }[]> {
  const abort = new AbortController();
  const response = await fetch(url, { signal: abort.signal });
  const events: { type: string; object: JsonObject }[] = [];
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    const lines = text.split("\n");
    text = lines.pop() ?? "";
    for (const line of lines) events.push(JSON.parse(line) as { type: string; object: JsonObject });
    if (events.length >= count) break;
  }
  abort.abort();
  return events.slice(0, count);
}

/** Asks again until an answer is as wanted: for what goes on between requests. */
export async function until(ask: () => Promise<Reply>, isDone: (reply: Reply) => boolean): Promise<Reply> {
  for (let turn = 0; turn < 100; turn++) {
    const reply = await ask();
    if (isDone(reply)) return reply;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error("it never came to that");
}

export const configMaps = "/api/v1/namespaces/default/configmaps";

export function configMap(name: string, more: JsonObject = {}): JsonObject {
  const { metadata, ...rest } = more;
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, ...(metadata as JsonObject) }, ...rest };
}
