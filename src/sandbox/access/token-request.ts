/**
 * Tokens for service accounts: `serviceaccounts/NAME/token`.
 *
 * Source: kubernetes pkg/registry/core/serviceaccount/storage/token.go, pkg/serviceaccount/claims.go,
 * pkg/apis/authentication/validation, pkg/apis/authentication/v1/defaults.go.
 */
import { randomUUID } from "node:crypto";
import { getKey, getPath, isObject, type Json, type JsonObject } from "../../json.js";
import type { KubeObject } from "../../model.js";
import { parseApiVersion } from "../../group-version.js";
import type { Holdings } from "../model.js";
import { badRequest, conflict, invalid, notFound } from "../status.js";
import type { Keys } from "./keys.js";
import { text, texts } from "./rules.js";
import { issuer } from "./tokens.js";
import { quote } from "./words.js";

const about = { group: "authentication.k8s.io", resource: "TokenRequest" };

/**
 * Answers a `TokenRequest`: what was asked, completed, and the token. `now` is in milliseconds. Throws what is wrong
 * with the request as the server says it, or a 404 for what the token is to be bound to.
 */
export function answerTokenRequest(options: {
  holdings: Holdings;
  keys: Keys;
  now: number;
  account: KubeObject;
  body: JsonObject;
}): JsonObject {
  const { account, body } = options;
  const metadata = metadataOf(account, body);
  const asked = getKey(body, "spec");
  const seconds = expiration(asked);
  const audiences = texts(asked, "audiences");
  const spec = {
    audiences: audiences.length === 0 ? [issuer] : audiences,
    expirationSeconds: seconds,
    boundObjectRef: getKey(asked, "boundObjectRef") ?? null,
  };
  const bound = isObject(spec.boundObjectRef) ? boundTo(options.holdings, account, spec.boundObjectRef) : {};
  const claims = claimsOf(account, spec.audiences, seconds, bound, Math.floor(options.now / 1000));
  return {
    kind: "TokenRequest",
    apiVersion: "authentication.k8s.io/v1",
    metadata: { ...metadata, creationTimestamp: timestamp(options.now) },
    spec,
    status: {
      token: options.keys.sign(claims),
      expirationTimestamp: timestamp(options.now + seconds * 1000),
    },
  };
}

/** A time as it is written: whole seconds. */
export function timestamp(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d+Z$/, "Z");
}

function metadataOf(account: KubeObject, body: JsonObject): JsonObject {
  const own = getKey(account, "metadata");
  const given = getKey(body, "metadata");
  const [name, namespace, uid] = [text(own, "name"), text(own, "namespace"), text(own, "uid")];
  const must = (key: string, mine: string): void => {
    const theirs = text(given, key);
    if (theirs === "" || theirs === mine) return;
    const message = `Invalid value: ${quote(theirs)}: must match the service account ${key} if specified`;
    const cause = { reason: "FieldValueInvalid", field: `metadata.${key}`, message };
    throw invalid({ ...about, name }, [cause]);
  };
  must("name", name);
  must("namespace", namespace);
  const theirs = text(given, "uid");
  if (theirs !== "" && theirs !== uid)
    throw conflict(
      { ...about, name },
      `the UID in the token request (${theirs}) does not match the UID of the service account (${uid})`,
    );
  return { ...(isObject(given) ? given : {}), name, namespace, uid };
}

function expiration(spec: Json | undefined): number {
  const given = getKey(spec, "expirationSeconds") ?? 3600;
  const seconds = Number(given);
  const problem =
    seconds < 600
      ? "may not specify a duration less than 10 minutes"
      : seconds > 2 ** 32
        ? "may not specify a duration larger than 2^32 seconds"
        : undefined;
  if (problem === undefined) return seconds;
  const message = `Invalid value: ${String(seconds)}: ${problem}`;
  const cause = { reason: "FieldValueInvalid", field: "spec.expirationSeconds", message };
  throw invalid({ ...about, name: "" }, [cause]);
}

/** The claims about what a token is bound to. */
type Bound = { pod?: JsonObject; secret?: JsonObject; node?: JsonObject };

function boundTo(holdings: Holdings, account: KubeObject, reference: JsonObject): Bound {
  const { group, version } = parseApiVersion(text(reference, "apiVersion"));
  const [kind, name] = [text(reference, "kind"), text(reference, "name")];
  const resource = kinds[kind];
  if (group !== "" || resource === undefined)
    throw badRequest(`cannot bind token to object of type ${group}/${version}, Kind=${kind}`);
  const namespace = kind === "Node" ? "" : text(getKey(account, "metadata"), "namespace");
  const object = holdings.get(resource, namespace, name);
  if (object === undefined) throw notFound({ group, resource, name });
  const accountName = text(getKey(account, "metadata"), "name");
  if (kind === "Pod" && getPath(object, ["spec", "serviceAccountName"]) !== accountName)
    throw badRequest(
      `cannot bind token for serviceaccount ${quote(accountName)} to pod running with different serviceaccount name.`,
    );
  const [wanted, uid] = [text(reference, "uid"), text(getKey(object, "metadata"), "uid")];
  if (wanted !== "" && wanted !== uid)
    throw conflict(
      { group, resource: kind, name },
      `the UID in the bound object reference (${wanted}) does not match the UID in record. ` +
        "The object might have been deleted and then recreated",
    );
  return { [kind.toLowerCase()]: { name, uid }, ...(kind === "Pod" ? nodeOf(holdings, object) : {}) };
}

const kinds: Readonly<Record<string, string>> = { Pod: "pods", Secret: "secrets", Node: "nodes" };

/** The node of a Pod is told too, by name alone where it is not there. */
function nodeOf(holdings: Holdings, pod: KubeObject): Bound {
  const name = text(getKey(pod, "spec"), "nodeName");
  if (name === "") return {};
  const uid = text(getKey(holdings.get("nodes", "", name), "metadata"), "uid");
  return { node: { name, ...(uid === "" ? {} : { uid }) } };
}

/** Kubelets ask for this long, and get a year: clients that never read a token again go on working. */
const kubeletSeconds = 3607;
const yearSeconds = 365 * 24 * 3600;

function claimsOf(
  account: KubeObject,
  audiences: string[],
  seconds: number,
  { node, pod, secret }: Bound,
  now: number,
): JsonObject {
  const metadata = getKey(account, "metadata");
  const [name, namespace] = [text(metadata, "name"), text(metadata, "namespace")];
  const isExtended =
    pod !== undefined && seconds === kubeletSeconds && audiences.every((each) => each === issuer);
  return {
    aud: audiences,
    exp: now + (isExtended ? yearSeconds : seconds),
    iat: now,
    iss: issuer,
    jti: randomUUID(),
    "kubernetes.io": {
      namespace,
      ...(node === undefined ? {} : { node }),
      ...(pod === undefined ? {} : { pod }),
      ...(secret === undefined ? {} : { secret }),
      serviceaccount: { name, uid: text(metadata, "uid") },
      ...(isExtended ? { warnafter: now + seconds } : {}),
    },
    nbf: now,
    sub: `system:serviceaccount:${namespace}:${name}`,
  };
}
