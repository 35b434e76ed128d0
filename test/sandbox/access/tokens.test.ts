import { createPublicKey, generateKeyPairSync, verify, type KeyObject } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../../src/json.js";
import { createSigningKey, type Access } from "../../../src/sandbox/access/index.js";
import { text } from "../../../src/sandbox/access/rules.js";
import {
  accessTo,
  account,
  adminToken,
  ask,
  call,
  clusterOf,
  named,
  thrown,
  userOf,
  type Cluster,
} from "./make.js";

const anything = ask("list", "pods");
const start = Date.parse("2026-11-22T08:00:00Z");

const bearer = (token: string): ReturnType<typeof call> => call({ authorization: `Bearer ${token}` });
const tokenOf = (answer: JsonObject): string => text(answer["status"], "token");
const claimsOf = (token: string): JsonObject =>
  JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as JsonObject;

const pemOf = (key: KeyObject): string => key.export({ type: "pkcs8", format: "pem" }).toString();

interface Scene {
  cluster: Cluster;
  access: Access;
  clock: { now: number };
  request: (spec?: JsonObject) => JsonObject;
  sendWith: (token: string) => unknown;
  review: (token: string, audiences?: string[]) => unknown;
}

/** A service account `acc/bob`, with a Pod, a Secret and a Node to bind tokens to. */
function scene(signingKey?: string): Scene {
  const clock = { now: start };
  const cluster = clusterOf(
    account("acc", "bob"),
    {
      kind: "Pod",
      metadata: { name: "p", namespace: "acc", uid: "uid-p" },
      spec: { serviceAccountName: "bob", nodeName: "n" },
    },
    { kind: "Secret", metadata: { name: "s", namespace: "acc", uid: "uid-s" } },
    { kind: "Node", metadata: { name: "n", uid: "uid-n" } },
  );
  const access = accessTo(cluster, { now: () => clock.now, signingKey });
  return {
    cluster,
    access,
    clock,
    request: (spec = {}) => access.requestToken(account("acc", "bob"), { spec }),
    sendWith: (token) => access.authenticate(bearer(token), anything),
    review: (token, audiences = []) =>
      access.review("TokenReview", { spec: { token, audiences } }, userOf("x"), "")?.["status"],
  };
}

describe("who sends a request", () => {
  const access = accessTo(clusterOf(), {
    extraTokens: { "alice-token": { username: "alice", groups: ["team"] } },
  });
  const sender = (headers: Record<string, string>, rest = {}): unknown =>
    access.authenticate(call(headers, rest), anything);

  test("the administrator's token is that of a member of system:masters", () => {
    expect(sender({ authorization: `Bearer ${adminToken}` })).toEqual({
      username: "kubernetes-admin",
      groups: ["system:masters", "system:authenticated"],
    });
  });

  test("other tokens are those of their users, by any spelling of the scheme", () => {
    expect(sender({ authorization: "bearer alice-token" })).toEqual(userOf("alice", "team"));
  });

  test("without a token, and with another scheme, the sender is anonymous", () => {
    const anonymous = { username: "system:anonymous", groups: ["system:unauthenticated"] };
    expect(sender({})).toEqual(anonymous);
    expect(sender({ authorization: "Basic YTpi" })).toEqual(anonymous);
    expect(sender({ authorization: "Bearer" })).toEqual(anonymous);
  });

  test("a bad token is refused", () => {
    expect(thrown(() => sender({ authorization: "Bearer bad" }))).toEqual({
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message: "Unauthorized",
      reason: "Unauthorized",
      code: 401,
    });
  });

  test("a client certificate goes before a token, even a bad one", () => {
    const certificate = { username: "carl", groups: ["team"] };
    expect(sender({ authorization: "Bearer bad" }, { certificate })).toEqual(userOf("carl", "team"));
  });
});

describe("a service account's token", () => {
  test("is answered as the server answers it", () => {
    const { request } = scene();
    const answer = request();
    const token = tokenOf(answer);
    expect(answer).toEqual({
      kind: "TokenRequest",
      apiVersion: "authentication.k8s.io/v1",
      metadata: { name: "bob", namespace: "acc", uid: "uid-bob", creationTimestamp: "2026-11-22T08:00:00Z" },
      spec: {
        audiences: ["https://kubernetes.default.svc.cluster.local"],
        expirationSeconds: 3600,
        boundObjectRef: null,
      },
      status: { token, expirationTimestamp: "2026-11-22T09:00:00Z" },
    });
    expect(claimsOf(token)).toEqual({
      aud: ["https://kubernetes.default.svc.cluster.local"],
      exp: start / 1000 + 3600,
      iat: start / 1000,
      iss: "https://kubernetes.default.svc.cluster.local",
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      "kubernetes.io": { namespace: "acc", serviceaccount: { name: "bob", uid: "uid-bob" } },
      nbf: start / 1000,
      sub: "system:serviceaccount:acc:bob",
    });
  });

  test("can be verified by others with the public key", () => {
    const { access, request } = scene();
    const token = tokenOf(request());
    const [header = "", claims = "", signature = ""] = token.split(".");
    const [jwk] = access.publicKeys()["keys"] as JsonObject[];
    const { kid } = JSON.parse(Buffer.from(header, "base64url").toString()) as JsonObject;
    expect(jwk).toMatchObject({ use: "sig", kty: "EC", crv: "P-256", alg: "ES256", kid });
    const key = createPublicKey({ key: jwk as never, format: "jwk" });
    const signed = Buffer.from(`${header}.${claims}`);
    const bytes = Buffer.from(signature, "base64url");
    expect(verify("sha256", signed, { key, dsaEncoding: "ieee-p1363" }, bytes)).toBe(true);
  });

  test("is that of the service account", () => {
    const { request, sendWith } = scene();
    const token = tokenOf(request());
    expect(sendWith(token)).toEqual({
      username: "system:serviceaccount:acc:bob",
      uid: "uid-bob",
      groups: ["system:serviceaccounts", "system:serviceaccounts:acc", "system:authenticated"],
      extra: { "authentication.kubernetes.io/credential-id": [`JTI=${text(claimsOf(token), "jti")}`] },
    });
    expect(sendWith(token)).toBe(sendWith(token));
  });

  test("of a Pod says which, and on which node", () => {
    const { request, sendWith } = scene();
    const token = tokenOf(request({ boundObjectRef: { kind: "Pod", apiVersion: "v1", name: "p" } }));
    expect(sendWith(token)).toHaveProperty("extra", {
      "authentication.kubernetes.io/credential-id": [`JTI=${text(claimsOf(token), "jti")}`],
      "authentication.kubernetes.io/node-name": ["n"],
      "authentication.kubernetes.io/node-uid": ["uid-n"],
      "authentication.kubernetes.io/pod-name": ["p"],
      "authentication.kubernetes.io/pod-uid": ["uid-p"],
    });
  });

  test("as kubelets ask for it lasts a year", () => {
    const { request } = scene();
    const boundObjectRef = { kind: "Pod", apiVersion: "v1", name: "p" };
    const answer = request({ expirationSeconds: 3607, boundObjectRef });
    const claims = claimsOf(tokenOf(answer));
    expect(claims["exp"]).toBe(start / 1000 + 31_536_000);
    expect(claims).toHaveProperty(["kubernetes.io", "warnafter"], start / 1000 + 3607);
    expect(answer).toHaveProperty("status.expirationTimestamp", "2026-11-22T09:00:07Z");
  });

  test("holds until a minute after it expires", () => {
    const { clock, request, sendWith, review } = scene();
    const token = tokenOf(request({ expirationSeconds: 600 }));
    clock.now += 659_000;
    expect(sendWith(token)).toHaveProperty("username", "system:serviceaccount:acc:bob");
    clock.now += 2_000;
    expect(thrown(() => sendWith(token))).toHaveProperty("code", 401);
    expect(review(token)).toEqual({
      user: {},
      error: "[invalid bearer token, service account token has expired]",
    });
  });

  test("does not hold without the service account, nor for another of its name", () => {
    const { cluster, request, sendWith, review } = scene();
    const token = tokenOf(request());
    sendWith(token);
    cluster.remove("ServiceAccount", "bob");
    expect(thrown(() => sendWith(token))).toHaveProperty("code", 401);
    expect(review(token)).toHaveProperty("error", '[invalid bearer token, serviceaccounts "bob" not found]');
    cluster.add({ kind: "ServiceAccount", metadata: { name: "bob", namespace: "acc", uid: "new" } });
    expect(review(token)).toHaveProperty(
      "error",
      "[invalid bearer token, service account UID (new) does not match claim (uid-bob)]",
    );
  });

  test.each([
    ["Pod", "p"],
    ["Secret", "s"],
    ["Node", "n"],
  ])("bound to a %s goes with it", (kind, name) => {
    const { cluster, request, sendWith, review } = scene();
    const token = tokenOf(request({ boundObjectRef: { kind, apiVersion: "v1", name } }));
    sendWith(token);
    cluster.remove(kind, name);
    expect(thrown(() => sendWith(token))).toHaveProperty("code", 401);
    expect(review(token)).toHaveProperty(
      "error",
      "[invalid bearer token, service account token has been invalidated]",
    );
  });

  test("signed by a kept key holds after a restart, signed by another never", () => {
    const key = createSigningKey();
    const token = tokenOf(scene(key).request());
    expect(scene(key).sendWith(token)).toHaveProperty("uid", "uid-bob");
    expect(scene().review(token)).toHaveProperty(
      "error",
      "[invalid bearer token, invalid signature, no keys found]",
    );
  });

  test("changed by one character is bad", () => {
    const { request, sendWith, review } = scene();
    const token = tokenOf(request());
    const claims = { ...claimsOf(token), sub: "system:serviceaccount:kube-system:admin" };
    const [header = "", , signature = ""] = token.split(".");
    const forged = `${header}.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.${signature}`;
    for (const bad of [forged, `${token}x`, `${token}=`, `${token.slice(0, -4)}AAAA`])
      expect(thrown(() => sendWith(bad))).toHaveProperty("code", 401);
    expect(review(forged)).toHaveProperty(
      "error",
      "[invalid bearer token, go-jose/go-jose: error in cryptographic primitive]",
    );
  });

  test("that says it needs no signature is bad", () => {
    const { request, sendWith } = scene();
    const [, claims = ""] = tokenOf(request()).split(".");
    const none = Buffer.from(JSON.stringify({ alg: "none" })).toString("base64url");
    expect(thrown(() => sendWith(`${none}.${claims}.`))).toHaveProperty("code", 401);
  });

  test.each([
    ["no key at all", "-----BEGIN PRIVATE KEY-----"],
    ["another curve", pemOf(generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey)],
    ["an Ed25519 key", pemOf(generateKeyPairSync("ed25519").privateKey)],
  ])("%s to sign with is an error at once", (_what, signingKey) => {
    expect(() => accessTo(clusterOf(), { signingKey })).toThrow();
  });
});

describe("what a token is for", () => {
  test("a token for others does not hold here, and holds in a review for them", () => {
    const { request, sendWith, review } = scene();
    const token = tokenOf(request({ audiences: ["vault", "db"] }));
    expect(thrown(() => sendWith(token))).toHaveProperty("code", 401);
    expect(review(token, ["db", "x"])).toMatchObject({ authenticated: true, audiences: ["db"] });
    expect(review(token, ["foo"])).toEqual({
      user: {},
      error:
        '[invalid bearer token, token audiences ["vault" "db"] is invalid for the target audiences ["foo"]]',
    });
  });

  test("the administrator's token is for this server only", () => {
    const { review } = scene();
    expect(review(adminToken)).toEqual({
      authenticated: true,
      user: { username: "kubernetes-admin", groups: ["system:masters", "system:authenticated"] },
      audiences: ["https://kubernetes.default.svc.cluster.local"],
    });
    expect(review(adminToken, ["foo"])).toEqual({ user: {}, error: "invalid bearer token" });
    expect(review("abc")).toEqual({ user: {}, error: "invalid bearer token" });
  });

  test("a review without a token is a bad request", () => {
    const { review } = scene();
    expect(thrown(() => review(""))).toMatchObject({
      message: "token is required for TokenReview in authentication",
      reason: "BadRequest",
      code: 400,
    });
  });
});

describe("what is wrong with a request for a token, in the words of a 1.36.3 server", () => {
  const { access } = scene();
  const wrong = (body: JsonObject): JsonObject =>
    thrown(() => access.requestToken(account("acc", "bob"), body));
  const bound = (ref: JsonObject): JsonObject => ({ spec: { boundObjectRef: ref } });

  test.each([
    [
      { spec: { expirationSeconds: 5 } },
      422,
      'TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 5: may not specify a duration less than 10 minutes',
    ],
    [
      { spec: { expirationSeconds: 4294967297 } },
      422,
      'TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 4294967297: may not specify a duration larger than 2^32 seconds',
    ],
    [
      { metadata: { name: "x" } },
      422,
      'TokenRequest.authentication.k8s.io "bob" is invalid: metadata.name: Invalid value: "x": must match the service account name if specified',
    ],
    [
      { metadata: { uid: "1" } },
      409,
      'Operation cannot be fulfilled on TokenRequest.authentication.k8s.io "bob": the UID in the token request (1) does not match the UID of the service account (uid-bob)',
    ],
    [bound({ kind: "Pod", apiVersion: "v1", name: "zz" }), 404, 'pods "zz" not found'],
    [
      bound({ kind: "ConfigMap", apiVersion: "v1", name: "zz" }),
      400,
      "cannot bind token to object of type /v1, Kind=ConfigMap",
    ],
    [
      bound({ kind: "Pod", apiVersion: "v1", name: "p", uid: "33" }),
      409,
      'Operation cannot be fulfilled on Pod "p": the UID in the bound object reference (33) does not match the UID in record. The object might have been deleted and then recreated',
    ],
  ])("%j", (body, code, message) => {
    expect(wrong(body)).toMatchObject({ code, message });
  });

  test("a Pod of another service account", () => {
    const body = bound({ kind: "Pod", apiVersion: "v1", name: "p" });
    const other = named("ServiceAccount", "default", {}, "acc");
    expect(thrown(() => access.requestToken(other, body))).toMatchObject({
      code: 400,
      message:
        'cannot bind token for serviceaccount "default" to pod running with different serviceaccount name.',
    });
  });
});
