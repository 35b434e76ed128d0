/**
 * Bearer tokens: those given at the start, and the service account tokens that we signed.
 *
 * Source: kubernetes pkg/serviceaccount/jwt.go and claims.go; apiserver pkg/authentication/serviceaccount/util.go,
 * pkg/authentication/request/bearertoken.
 */
import { getKey, getPath, isObject, type JsonObject } from "../../json.js";
import type { KubeObject } from "../../model.js";
import type { Holdings, User } from "../model.js";
import type { Keys } from "./keys.js";
import { quoteAll, text, texts } from "./rules.js";
import { quote } from "./words.js";

/** Who signs tokens, and whom they are for unless others are named. */
export const issuer = "https://kubernetes.default.svc.cluster.local";

/** A token read: whose it is and for which of the audiences asked, or why it is nobody's. */
export type Verdict = { user: User; audiences: readonly string[] } | { error: string };

/** How much the clocks may differ, and a deletion wait, in seconds (go-jose `DefaultLeeway`). */
const leeway = 60;
/** More tokens than this are not remembered. */
const remembered = 10_000;

export interface Tokens {
  verify: (token: string, audiences: readonly string[]) => Verdict;
}

/** `fixed` are tokens with their users. `now` is in milliseconds. */
export function createTokens(options: {
  holdings: Holdings;
  keys: Keys;
  fixed: ReadonlyMap<string, User>;
  now: () => number;
}): Tokens {
  const { holdings, keys, fixed } = options;
  // What a token says and that its signature is good never changes; whether it still holds is asked each time.
  const read = new Map<string, Read>();
  const readOnce = (token: string): Read | undefined => {
    const known = read.get(token);
    if (known !== undefined) return known;
    const made = readToken(keys, token);
    if (made === undefined || "error" in made) return made;
    if (read.size >= remembered) read.clear();
    read.set(token, made);
    return made;
  };
  return {
    verify: (token, audiences) => {
      const user = fixed.get(token);
      if (user !== undefined)
        return audiences.includes(issuer) ? { user, audiences: [issuer] } : { error: noToken };
      const made = readOnce(token);
      if (made === undefined) return { error: noToken };
      // The real server asks a second reader, of its own loopback token, whose words come first.
      const error =
        "error" in made ? made.error : invalid(made.claims, audiences, holdings, options.now() / 1000);
      if ("error" in made || error !== undefined) return { error: `[${noToken}, ${String(error)}]` };
      return {
        user: made.user,
        audiences: audiencesOf(made.claims).filter((each) => audiences.includes(each)),
      };
    },
  };
}

const noToken = "invalid bearer token";

type Read = { claims: JsonObject; user: User } | { error: string };

/** Undefined for what is no token of ours at all. */
function readToken(keys: Keys, token: string): Read | undefined {
  const parts = token.split(".");
  const header = decode(parts[0]);
  const claims = decode(parts[1]);
  if (parts.length !== 3 || header === undefined || getKey(claims, "iss") !== issuer) return undefined;
  switch (keys.check(token, header)) {
    case "good":
      return { claims: claims ?? {}, user: userOf(claims ?? {}) };
    case "bad":
      return { error: "go-jose/go-jose: error in cryptographic primitive" };
    case "unknown key":
      return { error: "invalid signature, no keys found" };
  }
}

function decode(part: string | undefined): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part ?? "", "base64url").toString());
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const claim = (claims: JsonObject, ...path: string[]): string => {
  const value = getPath(claims, ["kubernetes.io", ...path]);
  return typeof value === "string" ? value : "";
};

function audiencesOf(claims: JsonObject): string[] {
  const { aud } = claims;
  return typeof aud === "string" ? [aud] : texts(claims, "aud");
}

function userOf(claims: JsonObject): User {
  const namespace = claim(claims, "namespace");
  const prefix = "authentication.kubernetes.io/";
  const extra: Record<string, string[]> = {
    [`${prefix}credential-id`]: [`JTI=${text(claims, "jti")}`],
  };
  for (const kind of ["node", "pod"]) {
    const name = claim(claims, kind, "name");
    const uid = claim(claims, kind, "uid");
    if (name !== "") extra[`${prefix}${kind}-name`] = [name];
    if (uid !== "") extra[`${prefix}${kind}-uid`] = [uid];
  }
  return {
    username: `system:serviceaccount:${namespace}:${claim(claims, "serviceaccount", "name")}`,
    uid: claim(claims, "serviceaccount", "uid"),
    groups: ["system:serviceaccounts", `system:serviceaccounts:${namespace}`, "system:authenticated"],
    extra,
  };
}

/** Why a token that we signed does not hold now, or undefined when it does. */
function invalid(
  claims: JsonObject,
  audiences: readonly string[],
  holdings: Holdings,
  now: number,
): string | undefined {
  const own = audiencesOf(claims);
  if (!own.some((each) => audiences.includes(each)))
    return `token audiences ${quoteAll(own)} is invalid for the target audiences ${quoteAll(audiences)}`;
  if (now + leeway < Number(claims["nbf"])) return "service account token is not valid yet";
  if (now - leeway > Number(claims["exp"])) return "service account token has expired";
  if (now + leeway < Number(claims["iat"])) return "service account token is issued in the future";

  const namespace = claim(claims, "namespace");
  const name = claim(claims, "serviceaccount", "name");
  const account = holdings.get("serviceaccounts", namespace, name);
  if (account === undefined) return `serviceaccounts ${quote(name)} not found`;
  const [uid, claimed] = [uidOf(account), claim(claims, "serviceaccount", "uid")];
  if (uid !== claimed) return `service account UID (${uid}) does not match claim (${claimed})`;
  if (isGone(account, now)) return `service account ${namespace}/${name} has been deleted`;
  return bound.map((kind) => notBound(kind, claims, holdings, now)).find((why) => why !== undefined);
}

/** What a token can be bound to. The node of a bound Pod is only told. */
const bound = ["secret", "pod", "node"] as const;

function notBound(
  kind: (typeof bound)[number],
  claims: JsonObject,
  holdings: Holdings,
  now: number,
): string | undefined {
  const name = claim(claims, kind, "name");
  if (name === "" || (kind === "node" && claim(claims, "pod", "name") !== "")) return undefined;
  const object = holdings.get(`${kind}s`, kind === "node" ? "" : claim(claims, "namespace"), name);
  if (object === undefined) return "service account token has been invalidated";
  const [uid, claimed] = [uidOf(object), claim(claims, kind, "uid")];
  if (uid !== claimed)
    return `${kind} UID (${uid}) does not match service account ${kind} ref claim (${claimed})`;
  return isGone(object, now) ? "service account token has been invalidated" : undefined;
}

function uidOf(object: KubeObject): string {
  return text(getKey(object, "metadata"), "uid");
}

function isGone(object: KubeObject, now: number): boolean {
  const deleted = text(getKey(object, "metadata"), "deletionTimestamp");
  return deleted !== "" && Date.parse(deleted) / 1000 < now - leeway;
}
