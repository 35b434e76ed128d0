/** Reading objects. */
import { apiVersionOf } from "../group-version.js";
import { KapplyError } from "../errors.js";
import { getKey, getPath, isObject, setKey } from "../json.js";
import type { KubeObject, ResourceType } from "../model.js";
import { isTooLarge } from "./failures.js";
import { objectName, objectRef, typeName } from "./naming.js";
import { collectionPath, objectPath } from "./paths.js";
import { freshContinueToken } from "./status.js";
import type { Reply, Request, Transport } from "./types.js";

/**
 * The live object, or undefined when there is none (nor its namespace).
 * @throws KapplyError `not-served` when the server does not serve the kind, else as every request does.
 */
export async function getObject(
  transport: Transport,
  type: ResourceType,
  namespace: string | undefined,
  name: string,
  { count, isAside }: Pick<Request, "count" | "isAside"> = {},
): Promise<KubeObject | undefined> {
  const what = objectName(type, namespace, name);
  const path = objectPath(type, namespace, name);
  const reply = await transport.request({
    method: "GET",
    path,
    what,
    ref: objectRef(type, namespace, name),
    count,
    isAside,
    alsoReturn: ["object-missing", "namespace-missing"],
  });
  return reply.status === 404 ? undefined : objectOf(reply, type, name, what);
}

/** A step of a list. */
export type Listed = Page | TooLarge;

/** A page of a list. */
export interface Page {
  is: "page";
  items: KubeObject[];
  /** Whether another page follows. */
  more: boolean;
  /** How many objects come after this page, where the server says so. */
  remaining: number | undefined;
  resourceVersion: string;
  /** The size of the page as it came, uncompressed. */
  bytes: number;
}

/** A page was larger than `maxBytes`, and is not taken. Going on asks for at most a quarter as many objects. */
export interface TooLarge {
  is: "too-large";
  limit: number;
  /** What it has more bytes than. */
  bytes: number;
}

export interface ListOptions {
  /** How many objects the next page may hold, asked before each; 500 without it, as client-go has it. */
  limit?: (() => number) | undefined;
  count?: (() => void) | undefined;
  /** The largest page to take, in bytes; 64 MiB without it. */
  maxBytes?: number | undefined;
  /** As a request has it; true without it. */
  hasOtherWay?: boolean | undefined;
}

const defaultLimit = 500;
const defaultMaxBytes = 64 * 1024 * 1024;
const maxRestarts = 3;

/**
 * The objects of a kind, page by page: of one namespace, or of all, as they were when the first page was asked for.
 * Items get the apiVersion and kind that a list leaves out. Where the list grows too old between two pages (410), it
 * goes on with the server's newer state; where that is not offered it starts again, and objects may come twice.
 * @throws KapplyError `not-served` when the server does not serve the kind, else as every request does.
 */
export async function* listObjects(
  transport: Transport,
  type: ResourceType,
  namespace: string | undefined,
  {
    limit: wanted = () => defaultLimit,
    count,
    maxBytes = defaultMaxBytes,
    hasOtherWay = true,
  }: ListOptions = {},
): AsyncGenerator<Listed, void, undefined> {
  const what = `list of ${typeName(type)}${namespace === undefined ? "" : ` in namespace ${namespace}`}`;
  let most = Infinity;
  let token: string | undefined;
  let restarts = 0;
  for (;;) {
    const limit = Math.max(1, Math.min(most, wanted()));
    const path = pagePath(type, namespace, limit, token);
    const answer = await pageAt(transport, { method: "GET", path, what, count, maxBytes, hasOtherWay }, type);
    switch (answer.is) {
      case "too-large":
        if (limit === 1)
          throw new KapplyError("server-error", `${what}: a single object is larger than kapply takes`);
        most = Math.ceil(limit / 4);
        yield { is: "too-large", limit, bytes: maxBytes };
        break;
      case "gone":
        if (++restarts > maxRestarts)
          throw new KapplyError(
            "server-error",
            `${what}: the list grew too old ${restarts} times while it was read`,
          );
        token = answer.token;
        break;
      case "page":
        token = answer.token;
        yield answer.page;
        if (token === undefined) return;
    }
  }
}

function pagePath(
  type: ResourceType,
  namespace: string | undefined,
  limit: number,
  token: string | undefined,
): string {
  const query = token === undefined ? "" : `&continue=${encodeURIComponent(token)}`;
  return `${collectionPath(type, namespace)}?limit=${limit}${query}`;
}

/** What came of asking for a page, with the token of the next; the answer's text is let go here. */
type PageAnswer =
  | { is: "page"; page: Page; token: string | undefined }
  | { is: "gone"; token: string | undefined }
  | { is: "too-large" };

async function pageAt(transport: Transport, request: Request, type: ResourceType): Promise<PageAnswer> {
  try {
    const reply = await transport.request({ ...request, alsoReturn: ["gone"] });
    const token = freshContinueToken(reply.body);
    if (reply.status === 410) return { is: "gone", token };
    return { is: "page", page: pageOf(reply, type, request.what, token !== undefined), token };
  } catch (error) {
    if (isTooLarge(error)) return { is: "too-large" };
    throw error;
  }
}

function pageOf(reply: Reply, type: ResourceType, what: string, more: boolean): Page {
  const items = getKey(reply.body, "items");
  if (!Array.isArray(items) && items !== null)
    throw new KapplyError("server-error", `${what}: the server's answer is no list of objects`);
  const remaining = getPath(reply.body, ["metadata", "remainingItemCount"]);
  const resourceVersion = getPath(reply.body, ["metadata", "resourceVersion"]);
  return {
    is: "page",
    items: (items ?? []).filter(isObject).map((item) => named(item, type)),
    more,
    remaining: typeof remaining === "number" ? remaining : undefined,
    resourceVersion: typeof resourceVersion === "string" ? resourceVersion : "",
    bytes: Buffer.byteLength(reply.text),
  };
}

/** Lists of built-in kinds leave apiVersion and kind out of their items. */
function named(item: KubeObject, type: ResourceType): KubeObject {
  if (typeof item["kind"] === "string" && typeof item["apiVersion"] === "string") return item;
  const whole: KubeObject = { apiVersion: apiVersionOf(type), kind: type.kind };
  for (const [key, value] of Object.entries(item)) if (!Object.hasOwn(whole, key)) setKey(whole, key, value);
  return whole;
}

/**
 * The object of a reply, which must be the one that was asked for: whatever stands between us and the server could
 * answer 200 to anything. `written`: the request would have changed it, so that it is now unknown whether it did.
 */
export function objectOf(
  reply: Reply,
  type: ResourceType,
  name: string,
  what: string,
  written = false,
): KubeObject {
  const { body, status } = reply;
  if (isObject(body) && getKey(body, "kind") === type.kind && getPath(body, ["metadata", "name"]) === name)
    return body;
  throw new KapplyError("server-error", `${what}: the server answered ${status}, but not with this object`, {
    hint: "check that the server's address is that of a Kubernetes API server",
    ...(written ? { answerLost: true } : {}),
  });
}
