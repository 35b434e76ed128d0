/** All that kapply sends beside reading: the only file of this room, and of kapply, with a method other than GET. */
import { KapplyError } from "../errors.js";
import { getKey, getPath, stringifyJson } from "../json.js";
import type { JsonObject } from "../json.js";
import type { KubeObject, ResourceType } from "../model.js";
import { objectName, objectRef } from "./naming.js";
import { objectPath } from "./paths.js";
import { objectOf } from "./read.js";
import { dryRunUnsupported } from "./refusals.js";
import type { Transport } from "./types.js";

export interface ApplyOptions {
  fieldManager: string;
  /** Take fields over from other managers instead of failing with a conflict. */
  force: boolean;
  /** Ask what would happen, and change nothing. */
  dryRun: boolean;
  /** A 403 is no failure, as there is another way. */
  hasOtherWay?: boolean | undefined;
  fieldValidation: "Strict" | "Warn" | "Ignore";
  /** Called for each attempt that is sent. */
  count?: (() => void) | undefined;
  /** Until when a kind that this run brings may not be served yet, in milliseconds since the epoch. */
  retryNotFoundUntil?: number | undefined;
}

export interface Applied {
  object: KubeObject;
  created: boolean;
  warnings: string[];
}

/** What an API server takes for a request's body (MaxRequestBodyBytes of k8s.io/apiserver). */
const maxBodyBytes = 3 * 1024 * 1024;

/**
 * Server-side apply of one object (KEP-555): creates it or brings the fields that it holds to their values.
 * @throws KapplyError `conflict`, `rejected`, `forbidden`, `not-served` and those of every request; with
 *   `details.answerLost` when it may have been done though no answer came.
 */
export async function applyObject(
  transport: Transport,
  type: ResourceType,
  object: KubeObject,
  options: ApplyOptions,
): Promise<Applied> {
  const { namespace, name, pinned } = identityOf(object);
  const what = objectName(type, namespace, name);
  const body = stringifyJson(object);
  checkSize(what, body);
  const reply = await transport.request({
    method: "PATCH",
    path: `${objectPath(type, namespace, name)}?${applyQuery(options)}`,
    // JSON is YAML, and far faster for the server to read.
    contentType: "application/apply-patch+yaml",
    body,
    what,
    ref: objectRef(type, namespace, name),
    count: options.count,
    retryNotFoundUntil: options.retryNotFoundUntil,
    pinned,
    harmless: options.dryRun,
    hasOtherWay: options.hasOtherWay,
  });
  return {
    object: objectOf(reply, type, name, what, !options.dryRun),
    created: reply.status === 201,
    warnings: reply.warnings,
  };
}

export interface OwnershipOptions {
  fieldManager: string;
  /** Ask whether it would be done, and change nothing. */
  dryRun: boolean;
  /** Called for each attempt that is sent. */
  count?: (() => void) | undefined;
}

/** `stale`: it was written or deleted since it was read, or an attempt whose answer was lost did it: read it again. */
export type OwnershipPatched = { is: "patched"; object: KubeObject; warnings: string[] } | { is: "stale" };

/**
 * Sends a JSON patch of an object's managed fields (RFC 6902) that names the resourceVersion which `live` has: it is
 * done once at most, however often it is sent. A conflict is no error but an answer, since only the caller can read
 * again and decide anew.
 * @throws KapplyError `forbidden`, `rejected` and those of every request; with `details.answerLost` when it may have
 *   been done though no answer came.
 */
export async function patchOwnership(
  transport: Transport,
  type: ResourceType,
  live: KubeObject,
  operations: readonly JsonObject[],
  { fieldManager, dryRun, count }: OwnershipOptions,
): Promise<OwnershipPatched> {
  const { namespace, name } = identityOf(live);
  const what = objectName(type, namespace, name);
  const body = stringifyJson(operations);
  checkSize(what, body);
  // What the manifest holds is not sent here, and what is stored is not for us to judge.
  const query = queryOf({ fieldManager, fieldValidation: "Ignore", ...(dryRun ? { dryRun: "All" } : {}) });
  const reply = await transport.request({
    method: "PATCH",
    path: `${objectPath(type, namespace, name)}?${query}`,
    contentType: "application/json-patch+json",
    body,
    what: `the ownership of ${what}`,
    ref: objectRef(type, namespace, name),
    count,
    pinned: true,
    harmless: dryRun,
    alsoReturn: ["stale", "object-missing"],
  });
  if (reply.status >= 300) return { is: "stale" };
  return { is: "patched", object: objectOf(reply, type, name, what, !dryRun), warnings: reply.warnings };
}

export const leaseType: ResourceType = {
  group: "coordination.k8s.io",
  version: "v1",
  kind: "Lease",
  plural: "leases",
  namespaced: true,
};

/** `stale`: it was written or deleted since it was read, or is there already; read it again. */
type LeasePut = { is: "written"; lease: KubeObject } | { is: "stale" };

/**
 * Replaces a Lease as it was read, by PUT, which needs the verb `update` on that name alone. One without a
 * resourceVersion is made: the server then asks for the verb `create` too, again by name, as it can't for a POST.
 * What was read is to be sent back with its uid, since a PUT of a Lease that was deleted would make it again.
 * @throws KapplyError `forbidden`, `rejected` and those of every request; with `details.answerLost` when it may have
 *   been done though no answer came.
 */
export async function putLease(
  transport: Transport,
  lease: KubeObject,
  { fieldManager, count }: { fieldManager: string; count?: (() => void) | undefined },
): Promise<LeasePut> {
  const { namespace, name, pinned } = identityOf(lease);
  const what = objectName(leaseType, namespace, name);
  try {
    const reply = await transport.request({
      method: "PUT",
      path: `${objectPath(leaseType, namespace, name)}?${queryOf({ fieldManager })}`,
      contentType: "application/json",
      body: lease,
      what,
      ref: objectRef(leaseType, namespace, name),
      count,
      pinned,
      alsoReturn: ["stale", "uid-mismatch", "already-exists"],
    });
    if (reply.status >= 300) return { is: "stale" };
    return { is: "written", lease: objectOf(reply, leaseType, name, what, true) };
  } catch (error) {
    if (!pinned && isThereAlready(error)) return { is: "stale" };
    throw leaseError(error);
  }
}

/** Of a PUT without a resourceVersion, the server says only that one must be given (422). */
function isThereAlready(error: unknown): boolean {
  if (!(error instanceof KapplyError)) return false;
  const { status } = error.details;
  return status?.code === 422 && status.causes.some(({ field }) => field === "metadata.resourceVersion");
}

/** The same with what holds for Leases alone. */
function leaseError(error: unknown): unknown {
  if (!(error instanceof KapplyError) || error.details.status?.kind !== "namespaces") return error;
  const hint = "the Lease is made before what is applied: create the namespace first, or choose another (-n)";
  return new KapplyError(error.code, error.message, { ...error.details, hint });
}

/** Whether a dry run failed because something in its way (an admission webhook) can't do dry runs. */
export function isDryRunUnsupported(error: unknown): boolean {
  if (!(error instanceof KapplyError)) return false;
  const { status } = error.details;
  return status?.code === 400 && dryRunUnsupported.test(status.message);
}

/** Who the server takes us for. */
export interface UserInfo {
  username: string;
  groups: string[];
}

/**
 * Asks the server who we are; undefined where it does not serve the question (before Kubernetes 1.28). A review is
 * a POST by its form only: nothing is stored.
 */
export async function whoAmI(transport: Transport): Promise<UserInfo | undefined> {
  const reply = await transport.request({
    method: "POST",
    path: "/apis/authentication.k8s.io/v1/selfsubjectreviews",
    body: { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" },
    what: "the question who we are",
    harmless: true,
    alsoReturn: ["type-missing"],
  });
  const user = getPath(reply.body, ["status", "userInfo"]);
  const username = getKey(user, "username");
  const groups = getKey(user, "groups");
  if (typeof username !== "string") return undefined;
  const names: unknown[] = Array.isArray(groups) ? groups : [];
  return { username, groups: names.filter((group) => typeof group === "string") };
}

function identityOf(object: KubeObject) {
  const metadata = getKey(object, "metadata");
  const name = getKey(metadata, "name");
  const namespace = getKey(metadata, "namespace");
  if (typeof name !== "string")
    throw new KapplyError("input", "an object without metadata.name can't be applied");
  return {
    name,
    namespace: typeof namespace === "string" ? namespace : undefined,
    pinned: getKey(metadata, "resourceVersion") !== undefined || getKey(metadata, "uid") !== undefined,
  };
}

function applyQuery({ fieldManager, force, dryRun, fieldValidation }: ApplyOptions): string {
  const parameters = {
    fieldManager,
    force: String(force),
    fieldValidation,
    ...(dryRun ? { dryRun: "All" } : {}),
  };
  return queryOf(parameters);
}

function queryOf(parameters: Readonly<Record<string, string>>): string {
  return Object.entries(parameters)
    .map(([key, value]) => `${key}=${encodeURIComponent(value)}`)
    .join("&");
}

function checkSize(what: string, body: string): void {
  const bytes = Buffer.byteLength(body);
  if (bytes > maxBodyBytes)
    throw new KapplyError(
      "input",
      `${what}: it is ${bytes} bytes large, and an API server takes ${maxBodyBytes}`,
      {
        hint: "split the object",
      },
    );
}
