/**
 * Questions about access, which are answered and not stored.
 *
 * Source: kubernetes pkg/registry/authorization (each review's `rest.go`, util/helpers.go) and pkg/registry/authentication.
 */
import { getKey, isObject, type Json, type JsonObject } from "../../json.js";
import type { Holdings, User } from "../model.js";
import { badRequest } from "../status.js";
import { authenticated } from "./authenticate.js";
import { decide, rulesFor } from "./grants.js";
import { checkReview } from "./review-checks.js";
import { text, texts, type Question, type Rule } from "./rules.js";
import { timestamp } from "./token-request.js";
import { issuer, type Tokens } from "./tokens.js";
import { together } from "./words.js";

export interface ReviewContext {
  holdings: Holdings;
  tokens: Tokens;
  now: number;
}

/**
 * Answers a review, as the body completed by its status. `namespace` is that of the request. Undefined for kinds that
 * are none. Throws what is wrong with the body as the server says it.
 */
export function answerReview(
  context: ReviewContext,
  kind: string,
  body: JsonObject,
  user: User,
  namespace: string,
): JsonObject | undefined {
  switch (kind) {
    case "SelfSubjectReview":
      return {
        kind,
        apiVersion: "authentication.k8s.io/v1",
        metadata: { creationTimestamp: timestamp(context.now) },
        status: { userInfo: userInfo(user) },
      };
    case "TokenReview":
      return tokenReview(context.tokens, body);
    case "SelfSubjectRulesReview":
      return rulesReview(context.holdings, body, user);
    case "SelfSubjectAccessReview":
    case "SubjectAccessReview":
    case "LocalSubjectAccessReview":
      return accessReview(context.holdings, kind, body, user, namespace);
    default:
      return undefined;
  }
}

function completed(
  kind: string,
  group: string,
  metadata: JsonObject,
  spec: JsonObject,
  status: JsonObject,
): JsonObject {
  return { kind, apiVersion: `${group}/v1`, metadata, spec, status };
}

const part = (body: JsonObject, key: string): JsonObject => {
  const value = getKey(body, key);
  return isObject(value) ? value : {};
};

function accessReview(
  holdings: Holdings,
  kind: string,
  body: JsonObject,
  sender: User,
  namespace: string,
): JsonObject {
  const isLocal = kind === "LocalSubjectAccessReview";
  const given = part(body, "metadata");
  const metadata = isLocal ? { ...given, namespace: text(given, "namespace") || namespace } : given;
  const spec = part(body, "spec");
  checkReview(kind, metadata, spec);
  const user = kind === "SelfSubjectAccessReview" ? sender : subjectOf(spec);
  const { allowed, reason } = decide(holdings, user, questionOf(spec));
  const status = { allowed, ...(reason === "" ? {} : { reason }) };
  return completed(kind, "authorization.k8s.io", metadata, spec, status);
}

/** The user that a review asks about, with no group but those named. */
function subjectOf(spec: JsonObject): User {
  return { username: text(spec, "user"), groups: texts(spec, "groups") };
}

function questionOf(spec: JsonObject): Question {
  const path = getKey(spec, "nonResourceAttributes");
  if (isObject(path)) return { is: "path", verb: text(path, "verb"), path: text(path, "path") };
  const asked = getKey(spec, "resourceAttributes");
  return {
    is: "resource",
    verb: text(asked, "verb"),
    group: text(asked, "group"),
    resource: text(asked, "resource"),
    subresource: text(asked, "subresource"),
    namespace: text(asked, "namespace"),
    name: text(asked, "name"),
  };
}

function rulesReview(holdings: Holdings, body: JsonObject, user: User): JsonObject {
  const namespace = text(part(body, "spec"), "namespace");
  if (namespace === "") throw badRequest("no namespace on request");
  const { rules, failures } = rulesFor(holdings, user, namespace);
  const status: JsonObject = {
    resourceRules: rules.filter(({ resources }) => resources.length > 0).map(resourceRule),
    nonResourceRules: rules
      .filter(({ nonResourceURLs }) => nonResourceURLs.length > 0)
      .map(({ verbs, nonResourceURLs }) => ({ verbs: [...verbs], nonResourceURLs: [...nonResourceURLs] })),
    incomplete: false,
    ...(failures.length === 0 ? {} : { evaluationError: together(failures) }),
  };
  // What was asked is not said again.
  return completed("SelfSubjectRulesReview", "authorization.k8s.io", {}, {}, status);
}

function resourceRule({ verbs, apiGroups, resources, resourceNames }: Rule): JsonObject {
  return {
    verbs: [...verbs],
    ...(apiGroups.length === 0 ? {} : { apiGroups: [...apiGroups] }),
    resources: [...resources],
    ...(resourceNames.length === 0 ? {} : { resourceNames: [...resourceNames] }),
  };
}

function tokenReview(tokens: Tokens, body: JsonObject): JsonObject {
  const spec = part(body, "spec");
  const token = text(spec, "token");
  if (token === "") throw badRequest("token is required for TokenReview in authentication");
  const audiences = texts(spec, "audiences");
  const verdict = tokens.verify(token, audiences.length === 0 ? [issuer] : audiences);
  const status: JsonObject =
    "error" in verdict
      ? { user: {}, error: verdict.error }
      : {
          authenticated: true,
          user: userInfo(authenticated(verdict.user)),
          audiences: [...verdict.audiences],
        };
  return completed("TokenReview", "authentication.k8s.io", part(body, "metadata"), spec, status);
}

function userInfo({ username, uid = "", groups, extra = {} }: User): JsonObject {
  const entries = Object.entries(extra).map(([key, values]): [string, Json] => [key, [...values]]);
  return {
    username,
    ...(uid === "" ? {} : { uid }),
    ...(groups.length === 0 ? {} : { groups: [...groups] }),
    ...(entries.length === 0 ? {} : { extra: Object.fromEntries(entries) }),
  };
}
