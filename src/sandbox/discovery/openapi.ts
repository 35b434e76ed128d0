/**
 * `/openapi/v3`: an index of the documents, and a document for each group and version.
 *
 * Source: k8s.io/kube-openapi pkg/handler3/handler.go.
 */
import { createHash, randomUUID } from "node:crypto";
import { apiVersionOf } from "../../group-version.js";
import { stringifyJson, type JsonObject } from "../../json.js";
import type { Answer, HttpCall, Kind, Kinds } from "../model.js";
import { parseAccept } from "./accept.js";
import { openApiDocument } from "./document.js";
import { pageNotFound } from "./facts.js";
import { groupVersionPath, servedGroups } from "./groups.js";

export interface OpenApi {
  /** The answer to a path below `/openapi`. */
  answer: (call: HttpCall) => Answer;
}

/** A document, made when it is first asked for. */
interface Lazy {
  hash: string;
  text: () => string;
}

/**
 * OpenAPI v3 of the kinds. A document is kept as text for as long as what it is made of stays the same.
 *
 * The document of v2 is empty: kubectl asks for it where v3 knows no kind of that name, and then does without.
 */
export function createOpenApi(kinds: Kinds): OpenApi {
  // A hash tells clients that they may keep a document for ever, on disk too. It stands for what the document is made
  // of, so that the index needs none of them made; and for this process, since the next may make them otherwise.
  const process = randomUUID();
  let documents = new Map<string, Lazy>();
  let at: number | undefined;

  const current = (): ReadonlyMap<string, Lazy> => {
    if (at === kinds.revision()) return documents;
    at = kinds.revision();
    const all = kinds.all();
    const before = documents;
    documents = new Map(
      servedGroups(all, "name").flatMap(({ name, versions }) =>
        versions.map(({ version, kinds: served }): [string, Lazy] => {
          const key = groupVersionPath(name, version).slice(1);
          const hash = digest([process, key, ...served.map(ingredients)].join("\n"));
          const kept = before.get(key);
          return [key, kept?.hash === hash ? kept : { hash, text: once(served, all) }];
        }),
      ),
    );
    return documents;
  };

  return {
    answer: (call) => {
      if (call.url.pathname === "/openapi/v2") return emptyDocument;
      const key = /^\/openapi\/v3(?:\/(.*))?$/.exec(call.url.pathname);
      if (key === null) return pageNotFound();
      return key[1] === undefined ? index(call, current()) : document(call, key[1], current().get(key[1]));
    },
  };
}

/** No field of a protobuf message: a document that says nothing. */
const emptyDocument: Answer = {
  status: 200,
  text: "",
  contentType: "application/com.github.proto-openapi.spec.v2.v1.0+protobuf",
};

function once(served: readonly Kind[], all: readonly Kind[]): () => string {
  let text: string | undefined;
  return () => (text ??= stringifyJson(openApiDocument(served, all)));
}

function digest(text: string): string {
  return createHash("sha512").update(text).digest("hex").toUpperCase();
}

/** What a document says of a kind depends on this. */
function ingredients({ type, source }: Kind): string {
  const made = source.from === "bundle" ? source.definition : stringifyJson(source.crd["spec"]);
  return `${apiVersionOf(type)} ${type.kind} ${made}`;
}

function relativeUrl(key: string, hash: string): string {
  return `/openapi/v3/${key}?hash=${hash}`;
}

function index(call: HttpCall, documents: ReadonlyMap<string, Lazy>): Answer {
  const paths: JsonObject = {};
  for (const key of [...documents.keys()].sort())
    paths[key] = { serverRelativeURL: relativeUrl(key, documents.get(key)?.hash ?? "") };
  const text = stringifyJson({ paths });
  const etag = `"${digest(text)}"`;
  const contentType = "application/json";
  const headers = { ETag: etag };
  if (call.headers["if-none-match"] === etag) return { status: 304, text: "", contentType, headers };
  return { status: 200, text, contentType, headers };
}

function document(call: HttpCall, key: string, found: Lazy | undefined): Answer {
  const contentType = "application/json";
  const empty = (status: number, headers: Record<string, string>): Answer => ({
    status,
    text: "",
    contentType,
    headers,
  });
  if (found === undefined) return empty(404, {});
  const vary = { Vary: "Accept" };
  if (!acceptsJson(call.headers["accept"])) return empty(406, vary);
  const headers = { ...vary, ETag: `"${found.hash}"` };
  const wanted = call.url.searchParams.get("hash") ?? "";
  if (wanted !== "" && wanted !== found.hash)
    return empty(301, { ...headers, Location: relativeUrl(key, found.hash) });
  const caching = wanted === "" ? {} : { "Cache-Control": "public, immutable", Expires: inAYear() };
  if (call.headers["if-none-match"] === headers.ETag) return empty(304, { ...headers, ...caching });
  return {
    status: 200,
    text: found.text(),
    contentType,
    headers: { ...headers, ...caching },
  };
}

function acceptsJson(header: string | undefined): boolean {
  return parseAccept(header ?? "*/*").some(
    ({ type, subtype }) =>
      (type === "application" || type === "*") && (subtype === "json" || subtype === "*"),
  );
}

function inAYear(): string {
  return new Date(Date.now() + 365 * 24 * 3600 * 1000).toUTCString();
}
