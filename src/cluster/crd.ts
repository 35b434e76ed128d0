/** Waiting until the kinds of a CustomResourceDefinition can be used. */
import { KapplyError } from "../errors.js";
import { getKey, getPath, isObject } from "../json.js";
import type { Json, JsonObject } from "../json.js";
import type { Emit, KubeObject, ResourceType } from "../model.js";
import { pause, steadyNow } from "../time.js";
import { servedResources } from "./discovery.js";
import { getObject } from "./read.js";
import type { Sleep, Transport } from "./types.js";

export interface CrdWait {
  /** How long to wait, in milliseconds since the epoch. */
  until: number;
  signal?: AbortSignal | undefined;
  emit: Emit;
  now?: (() => number) | undefined;
  sleep?: Sleep | undefined;
}

const crdType: ResourceType = {
  group: "apiextensions.k8s.io",
  version: "v1",
  kind: "CustomResourceDefinition",
  plural: "customresourcedefinitions",
  namespaced: false,
};

const firstPauseMs = 50;
const maxPauseMs = 1000;

/**
 * Waits until a CRD is Established and discovery serves its kind in every served version.
 * @throws KapplyError `rejected` when it can't become so (its names are taken, or it is being deleted), `not-ready`
 *   when the time is over, `interrupted` when the signal aborts, and those of every request.
 */
export async function waitForCrd(transport: Transport, crdName: string, wait: CrdWait): Promise<void> {
  const now = wait.now ?? steadyNow;
  const sleep = wait.sleep ?? pause;
  const what = `customresourcedefinition.apiextensions.k8s.io/${crdName}`;
  let said = "";
  for (let waitMs = firstPauseMs; ; waitMs = Math.min(maxPauseMs, waitMs * 2)) {
    const missing = await whatIsMissing(transport, crdName, what);
    if (missing === undefined) return;
    if (missing !== said) wait.emit({ event: "waiting", what, why: missing });
    said = missing;
    if (now() + waitMs > wait.until)
      throw new KapplyError("not-ready", `${what}: not ready in time: ${missing}`);
    await sleep(waitMs, wait.signal);
    if (wait.signal?.aborted)
      throw new KapplyError("interrupted", `${what}: interrupted while waiting: ${missing}`);
  }
}

/** What keeps the CRD from being used, or undefined when nothing does. */
async function whatIsMissing(
  transport: Transport,
  crdName: string,
  what: string,
): Promise<string | undefined> {
  const crd = await getObject(transport, crdType, undefined, crdName);
  if (crd === undefined) return "it does not exist";
  checkHopeless(crd, what);
  if (getKey(conditionOf(crd, "Established"), "status") !== "True") return "it is not established";
  for (const version of servedVersions(crd)) {
    const group = text(getPath(crd, ["spec", "group"]));
    const plural = text(getPath(crd, ["spec", "names", "plural"]));
    const resources = await servedResources(transport, group, version);
    if (!resources?.some((resource) => getKey(resource, "name") === plural))
      return `${group}/${version} does not serve ${plural} yet`;
  }
  return undefined;
}

function checkHopeless(crd: KubeObject, what: string): void {
  const names = conditionOf(crd, "NamesAccepted");
  if (getKey(names, "status") === "False")
    throw new KapplyError(
      "rejected",
      `${what}: the server does not accept its names: ${text(getKey(names, "message"))} (${text(getKey(names, "reason"))})`,
      { hint: "another CustomResourceDefinition of the group has them: choose others, or delete that one" },
    );
  if (getPath(crd, ["metadata", "deletionTimestamp"]) !== undefined)
    throw new KapplyError("rejected", `${what}: it is being deleted`, {
      hint: "apply again when it is gone",
    });
}

function conditionOf(crd: KubeObject, type: string): JsonObject | undefined {
  return objects(getPath(crd, ["status", "conditions"])).find(
    (condition) => getKey(condition, "type") === type,
  );
}

function servedVersions(crd: KubeObject): string[] {
  return objects(getPath(crd, ["spec", "versions"]))
    .filter((version) => getKey(version, "served") === true)
    .map((version) => text(getKey(version, "name")));
}

function objects(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function text(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}
