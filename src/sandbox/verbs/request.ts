/** A request for a resource, with what every verb needs of it. */
import { apiVersionOf } from "../../group-version.js";
import { getPath } from "../../json.js";
import type { KubeObject } from "../../model.js";
import { inVersion } from "./custom-versions.js";
import type { Access } from "../access/index.js";
import type { Ask, HttpCall, Kind, Kinds, User } from "../model.js";
import { invalid, type About } from "../status.js";
import type { Store } from "../store.js";

/** What the verbs work on. */
export interface World {
  store: Store;
  kinds: Kinds;
  access: Access;
  /** Milliseconds since 1970. */
  now: () => number;
}

export interface Request {
  world: World;
  call: HttpCall;
  user: User;
  ask: Extract<Ask, { is: "resource" }>;
  kind: Kind;
  /** Sent back as `Warning` headers. */
  warnings: string[];
  /** Where maps of a built-in type were sent with nothing in them, as `data`: judgement tells them from none. */
  emptied: readonly (readonly string[])[];
  /** Null was sent where bytes belong: they are stored otherwise than they read, as none. */
  hasNullBytes: boolean;
}

/** What failures of this request are about. */
export function aboutOf({ kind, ask }: Pick<Request, "kind" | "ask">): About {
  return { group: kind.type.group, resource: kind.type.plural, name: ask.name };
}

/** The same for a 422, which speaks of the kind. */
export function aboutKind({ kind }: Pick<Request, "kind">, name: string): About {
  return { group: kind.type.group, resource: kind.type.kind, name };
}

export function apiVersionFor({ kind }: Pick<Request, "kind">): string {
  return apiVersionOf(kind.type);
}

/** The live object of the request's name. */
export function liveOf({ world, kind, ask }: Request): KubeObject | undefined {
  const stored = world.store.get(kind.collection, kind.type.namespaced ? ask.namespace : "", ask.name);
  return stored === undefined ? undefined : inVersion(kind, stored);
}

/** A text of an object's metadata, empty where there is none. */
export function metaText(object: unknown, field: string): string {
  const value = getPath(object, ["metadata", field]);
  return typeof value === "string" ? value : "";
}

/** How a write is to be done: the query parameters that all writes take. */
export interface WriteOptions {
  dryRun: boolean;
  validation: "Strict" | "Warn" | "Ignore";
  /** Who will own what is written. */
  manager: string;
  force: boolean;
}

/**
 * Reads them.
 * @throws StatusError 422 for what they can't be (apimachinery pkg/apis/meta/v1/validation).
 */
export function writeOptions(
  request: Request,
  kind: "CreateOptions" | "UpdateOptions" | "PatchOptions",
): WriteOptions {
  const query = request.call.url.searchParams;
  const about = { group: "meta.k8s.io", resource: kind, name: "" };
  const refuse = (reason: string, field: string, message: string): never => {
    throw invalid(about, [{ reason, message, field }]);
  };
  const dryRun = dryRunOf(query, kind);
  const validation = query.get("fieldValidation") ?? "";
  if (!["", "Strict", "Warn", "Ignore"].includes(validation)) {
    const choices = '"", "Ignore", "Strict", "Warn"';
    refuse(
      "FieldValueNotSupported",
      "fieldValidation",
      `Unsupported value: ${JSON.stringify(validation)}: supported values: ${choices}`,
    );
  }
  const given = query.get("fieldManager") ?? "";
  if (given.length > 128)
    refuse("FieldValueTooLong", "fieldManager", "Too long: may not be more than 128 bytes");
  if (/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.test(given))
    refuse(
      "FieldValueInvalid",
      "fieldManager",
      `Invalid value: ${JSON.stringify(given)}: should only contain printable characters`,
    );
  return {
    dryRun,
    validation: validation === "" ? "Warn" : (validation as WriteOptions["validation"]),
    manager: given === "" ? managerOfAgent(request.call) : given,
    force: isTrue(query.get("force")),
  };
}

/**
 * Whether the request is a dry run.
 * @throws StatusError 422 for values other than `All`.
 */
export function dryRunOf(query: URLSearchParams, kind: string): boolean {
  const values = query.getAll("dryRun").filter((value) => value !== "");
  if (values.some((value) => value !== "All")) {
    const shown = `[${values.map((value) => JSON.stringify(value)).join(" ")}]`;
    const message = `Unsupported value: ${shown}: supported values: "All"`;
    const about = { group: "meta.k8s.io", resource: kind, name: "" };
    throw invalid(about, [{ reason: "FieldValueNotSupported", message, field: "dryRun" }]);
  }
  return values.length > 0;
}

export function isTrue(value: string | null): boolean {
  return value !== null && ["", "1", "t", "true"].includes(value.toLowerCase());
}

/** Who writes without a name is called by the first word of its User-Agent. */
function managerOfAgent(call: HttpCall): string {
  const agent = call.headers["user-agent"] ?? "";
  return agent.split("/")[0]?.slice(0, 128) ?? "";
}
