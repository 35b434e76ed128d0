import { describe, expect, test } from "vitest";
import { isDryRunUnsupported } from "../../src/cluster/index.js";
import { errorOf, get, open, patch, recorded, serve, startOfTime } from "./server.js";
import type { Answer } from "./server.js";

/** The error that a PATCH of configmap/web ends with when the server always answers so; code, and the rest as read. */
async function refusedWith(answer: Answer, request: object = {}) {
  const server = await serve(() => answer);
  const { transport } = await open(server);
  const error = await errorOf(transport.request({ ...patch, ...request }));
  const { hint, causes, status } = error.details;
  return {
    code: error.code,
    message: error.message.replaceAll(server.url, "URL"),
    hint,
    causes,
    status,
    error,
    attempts: server.seen.length,
  };
}

const about = "configmap/web in namespace shop: ";

describe("what a real API server answers, and what is made of it", () => {
  test.each<[string, string, string, number]>([
    ["forbidden-rbac", "forbidden", 'user "bob" may not patch configmaps "web" in namespace shop', 1],
    ["forbidden-cluster", "forbidden", 'user "bob" may not get nodes "x" at the cluster scope', 1],
    ["forbidden-raw", "forbidden", 'user "bob" may not get the path /metrics', 1],
    ["anonymous", "forbidden", 'user "system:anonymous" may not get configmaps "web" in namespace shop', 1],
    [
      "impersonate",
      "forbidden",
      'user "bob" may not impersonate-on:user-info:get configmaps "web" in namespace shop',
      1,
    ],
    [
      "quota",
      "rejected",
      "exceeded quota: q, requested: count/secrets=1, used: count/secrets=0, limited: count/secrets=0",
      1,
    ],
    ["quota-failed", "rejected", "failed quota: q: must specify requests.cpu for: c", 1],
    [
      "terminating",
      "rejected",
      "unable to create new content in namespace doomed because it is being terminated",
      1,
    ],
    ["limit-range", "rejected", "maximum cpu usage per Container is 1, but limit is 2", 1],
    [
      "service-account-missing",
      "rejected",
      'error looking up service account shop/default: serviceaccount "default" not found',
      1,
    ],
    [
      "webhook-denied",
      "rejected",
      'admission webhook "deny.example.com" denied the request: images must come from our registry',
      1,
    ],
    [
      "webhook-denied-403",
      "rejected",
      'admission webhook "deny403.example.com" denied the request: images must come from our registry',
      1,
    ],
    [
      "policy-denied",
      "rejected",
      "ValidatingAdmissionPolicy 'vap' with binding 'vapb' denied request: data must be set",
      1,
    ],
    ["namespace-missing", "rejected", 'the namespace "nowhere" does not exist', 1],
    ["object-missing", "rejected", 'configmaps "none" not found', 1],
    [
      "type-group-missing",
      "not-served",
      "the server does not serve this kind in this version (404 for /api/v1/namespaces/shop/configmaps/web)",
      1,
    ],
    [
      "type-resource-missing",
      "not-served",
      "the server does not serve this kind in this version (404 for /api/v1/namespaces/shop/configmaps/web)",
      1,
    ],
    [
      "type-crd-missing",
      "not-served",
      "the server does not serve this kind in this version (404 for /api/v1/namespaces/shop/configmaps/web)",
      1,
    ],
    ["conflict", "conflict", "another field manager owns a field that the manifest sets otherwise", 1],
    [
      "uid-create",
      "rejected",
      'Operation cannot be fulfilled on configmaps "web3": uid mismatch: the provided object specified uid 0000-1, and no existing object was found',
      1,
    ],
    ["invalid", "rejected", "the server finds it invalid, for 2 reasons", 1],
    ["uid", "rejected", "the server finds it invalid, for 1 reason", 1],
    ["unknown-field", "rejected", "it does not fit the server's schema, for 1 reason", 1],
    ["wrong-type", "rejected", "it does not fit the server's schema, for 1 reason", 1],
    ["duplicate-items", "rejected", "it does not fit the server's schema, for 1 reason", 1],
    [
      "name-mismatch",
      "rejected",
      "the name of the object (weba) does not match the name on the URL (web)",
      1,
    ],
    ["too-large", "rejected", "Request entity too large: limit is 3145728", 1],
    ["too-large-etcd", "rejected", "etcdserver: request is too large", 1],
    ["http-to-https", "unreachable", "URL expects TLS", 1],
    [
      "stale",
      "rejected",
      'Operation cannot be fulfilled on configmaps "web": the object has been modified; please apply your changes to the latest version and try again (gave up after 10 attempts)',
      10,
    ],
    ["already-exists", "server-error", 'configmaps "web" already exists (gave up after 10 attempts)', 10],
    [
      "throttled",
      "server-error",
      "URL answered 429: Too many requests, please try again later. (gave up after 10 attempts)",
      10,
    ],
    [
      "webhook-failed",
      "server-error",
      'failed calling webhook "broken.example.com": failed to call webhook: Post "https://127.0.0.1:9555/?timeout=3s": dial tcp 127.0.0.1:9555: connect: connection refused (gave up after 10 attempts)',
      10,
    ],
  ])("%s is %s", async (name, code, message, attempts) => {
    const refused = await refusedWith(recorded(name));
    expect(refused.message).toBe(about + message);
    expect(refused.code).toBe(code);
    expect(refused.attempts).toBe(attempts);
  });

  test("pod security says what to change", async () => {
    const refused = await refusedWith(recorded("pod-security"));
    expect(refused.code).toBe("rejected");
    expect(refused.message).toContain(
      'violates PodSecurity "restricted:latest": host namespaces (hostNetwork=true)',
    );
    expect(refused.hint).toContain("securityContext");
  });

  test("granting more than one holds is a matter of permissions", async () => {
    const refused = await refusedWith(recorded("escalation"));
    expect(refused.code).toBe("forbidden");
    expect(refused.message).toContain("is attempting to grant RBAC permissions not currently held");
    expect(refused.hint).toContain("escalate");
  });

  test("a missing permission is spelled out for whoever can grant it", async () => {
    expect((await refusedWith(recorded("forbidden-rbac"))).hint).toBe(
      'a Role in namespace shop bound to this user must allow the verb patch on configmaps in API group ""; apply takes get, create and patch',
    );
    expect((await refusedWith(recorded("forbidden-cluster"))).hint).toBe(
      'a ClusterRole bound to this user must allow the verb get on nodes in API group ""; apply takes get, create and patch',
    );
    expect((await refusedWith(recorded("forbidden-rbac"), { isAside: true })).hint).toBe(
      'a Role in namespace shop bound to this user must allow the verb patch on configmaps in API group ""',
    );
    expect((await refusedWith(recorded("anonymous"))).hint).toContain("anonymous");
    expect((await refusedWith(recorded("impersonate"))).hint).toContain("--as");
  });

  test.each([
    ["cannot set an ownerRef on a resource you can't delete: , <nil>", "grant delete on it"],
    [
      "cannot set blockOwnerDeletion if an ownerReference refers to a resource you can't set finalizers on: no",
      "finalizers",
    ],
    ["somebody else's reason", undefined],
  ])("an owner that may not be set says what to grant: %s", async (why, hint) => {
    const message = `configmaps "web" is forbidden: ${why}`;
    const body = {
      kind: "Status",
      apiVersion: "v1",
      status: "Failure",
      reason: "Forbidden",
      code: 403,
      message,
    };
    const refused = await refusedWith({ status: 403, body });
    expect(refused.code).toBe("rejected");
    if (hint === undefined) expect(refused.hint).toBeUndefined();
    else expect(refused.hint).toContain(hint);
  });

  test("an aggregated API that is away says where to look", async () => {
    const away = { status: 503, headers: { "content-type": "text/plain" }, body: "service unavailable\n" };
    const path = "/apis/metrics.k8s.io/v1beta1";
    const named = await refusedWith(away, { method: "GET", path, body: undefined });
    expect(named.hint).toContain("`kubectl get apiservice v1beta1.metrics.k8s.io`");
    expect(
      (await refusedWith(away, { method: "GET", path: "/api/v1", body: undefined })).hint,
    ).toBeUndefined();
  });

  test("every cause of an invalid object is kept, with its path, once", async () => {
    expect((await refusedWith(recorded("invalid"))).causes).toEqual([
      {
        path: "spec.template.metadata.labels",
        message: 'Invalid value: {"a":"c"}: `selector` does not match template `labels`',
      },
      {
        path: "spec.template.spec.containers[0].ports[0].containerPort",
        message: "Invalid value: 99999999: must be between 1 and 65535, inclusive",
      },
    ]);
    expect((await refusedWith(recorded("uid"))).causes).toHaveLength(1);
  });

  test("the paths in the message of a typed-object error are causes too", async () => {
    expect((await refusedWith(recorded("unknown-fields"))).causes).toEqual([
      { path: "spec.x", message: "field not declared in schema" },
      { path: "foo", message: "field not declared in schema" },
    ]);
    expect((await refusedWith(recorded("duplicate-items"))).causes).toEqual([
      { path: 'spec.containers[name="c"].env', message: 'duplicate entries for key [name="a"]' },
    ]);
  });

  test("a field conflict keeps field and manager", async () => {
    const refused = await refusedWith(recorded("conflict"));
    expect(refused.causes).toEqual([{ path: "data.a", message: 'conflict with "kapply"' }]);
    expect(refused.status?.causes).toEqual([
      { reason: "FieldManagerConflict", field: ".data.a", message: 'conflict with "kapply"' },
    ]);
  });

  test("a stale resource version is final where the manifest pins it, and says so", async () => {
    const refused = await refusedWith(recorded("stale"), { pinned: true });
    expect(refused.attempts).toBe(1);
    expect(refused.hint).toContain("the manifest names a resourceVersion");
  });

  test("a server that is busy is waited for as long as it asks", async () => {
    const server = await serve([recorded("throttled", { "retry-after": "3" }), { body: {} }]);
    const { transport, waits } = await open(server);
    await transport.request(patch);
    expect(waits).toEqual([3250]);
  });
});

describe("waiting as asked", () => {
  test.each<[string, Answer, number]>([
    ["seconds", { status: 503, headers: { "retry-after": "2" } }, 2250],
    [
      "an HTTP date",
      { status: 503, headers: { "retry-after": new Date(startOfTime + 5000).toUTCString() } },
      5250,
    ],
    ["a date that has passed", { status: 503, headers: { "retry-after": new Date(0).toUTCString() } }, 250],
    [
      "seconds in the Status",
      { status: 500, body: { kind: "Status", details: { retryAfterSeconds: 4 } } },
      4250,
    ],
    ["more than a minute", { status: 429, headers: { "retry-after": "3600" } }, 60_000],
    ["nonsense", { status: 429, headers: { "retry-after": "soon" } }, 250],
    ["nothing", { status: 502 }, 250],
  ])("%s", async (_, answer, wait) => {
    const server = await serve([answer, { body: {} }]);
    const { transport, waits } = await open(server);
    await transport.request(patch);
    expect(waits).toEqual([wait]);
  });
});

describe("500 of several kinds", () => {
  function internal(message: string): Answer {
    return { status: 500, body: { kind: "Status", message, code: 500 } };
  }

  test.each([
    ["etcdserver: leader changed", 10],
    ["etcdserver: request timed out", 10],
    ["rpc error: code = Unavailable desc = transport is closing", 10],
    ["Internal error occurred: resource quota evaluation timed out", 10],
    ["Internal error occurred: something else", 3],
    ["etcdserver: mvcc: database space exceeded", 3],
    ["", 3],
  ])("%s: %i attempts", async (message, attempts) => {
    expect(await refusedWith(internal(message))).toMatchObject({ attempts, code: "server-error" });
  });

  test("what etcd or a gateway left open may have been done", async () => {
    expect((await refusedWith(internal("etcdserver: request timed out"))).error.details.answerLost).toBe(
      true,
    );
    expect((await refusedWith({ status: 504 })).error.details.answerLost).toBe(true);
    expect((await refusedWith({ status: 503 })).error.details.answerLost).toBeUndefined();
    expect((await refusedWith(recorded("forbidden-rbac"))).error.details.answerLost).toBeUndefined();
  });
});

describe("409 of a quota", () => {
  test("is tried again, pinned or not", async () => {
    const body = {
      kind: "Status",
      reason: "Conflict",
      message: 'Operation cannot be fulfilled on resourcequotas "q": the object has been modified',
      details: { name: "q", kind: "resourcequotas" },
    };
    expect((await refusedWith({ status: 409, body }, { pinned: true })).attempts).toBe(10);
  });
});

describe("answers that are not the API server's own", () => {
  test("`kubectl proxy` refuses by its filter", async () => {
    const server = await serve([
      { status: 403, headers: { "content-type": "text/plain" }, body: "Forbidden\n" },
    ]);
    const { transport } = await open(server, { connection: { viaKubectlProxy: true } });
    const error = await errorOf(transport.request(patch));
    expect(error.code).toBe("forbidden");
    expect(error.message).toBe(
      `${about}\`kubectl proxy\` refused the request by its own filter; the API server was not asked`,
    );
    expect(error.details.hint).toContain("127.0.0.1");
  });

  test("a bare Forbidden may be that of a `kubectl proxy` that we do not know of", async () => {
    const refused = await refusedWith({
      status: 403,
      headers: { "content-type": "text/plain" },
      body: "Forbidden",
    });
    expect(refused.message).toBe(`${about}URL answered 403: Forbidden`);
    expect(refused.hint).toContain("if `kubectl proxy` is there");
  });

  test("a page of HTML is a cause, no more than 2 KiB of it", async () => {
    const refused = await refusedWith({
      status: 502,
      headers: { "content-type": "text/html" },
      body: `<html>!${"ü".repeat(5000)}`,
    });
    expect(refused.message).toBe(
      `${about}URL answered 502, not with a Kubernetes Status (gave up after 10 attempts)`,
    );
    const shown = refused.causes?.[0]?.message ?? "";
    expect(shown.startsWith("<html>!üü")).toBe(true);
    expect(Buffer.byteLength(shown)).toBeLessThanOrEqual(2048 + 3);
    expect(shown).not.toContain("\ufffd");
  });

  test("a 403 that Kubernetes did not write is told apart", async () => {
    const refused = await refusedWith({
      status: 403,
      headers: { "content-type": "text/html" },
      body: "<h1>Blocked</h1>",
    });
    expect(refused.code).toBe("forbidden");
    expect(refused.hint).toContain("something before the server refused it");
  });

  test("a 404 that Kubernetes did not write says nothing about objects or kinds", async () => {
    const refused = await refusedWith({
      status: 404,
      headers: { "content-type": "text/html" },
      body: "<h1>nginx</h1>",
    });
    expect(refused.code).toBe("server-error");
    expect(refused.message).toBe(`${about}URL answered 404, not with a Kubernetes Status`);
    expect(refused.hint).toContain("path prefix");
  });

  test("a redirect is an error and is not followed", async () => {
    const elsewhere = await serve(() => ({ body: {} }));
    const refused = await refusedWith({
      status: 307,
      headers: { location: `${elsewhere.url}/login?token=abc` },
    });
    expect(refused.code).toBe("server-error");
    expect(refused.message).toContain(`a redirect to ${elsewhere.url}/login: kapply never follows one`);
    expect(refused.message).not.toContain("abc");
    expect(elsewhere.seen).toHaveLength(0);
  });
});

describe("a kind that this run brings", () => {
  test("is asked for until it is served", async () => {
    const missing = recorded("type-group-missing");
    const server = await serve([missing, missing, missing, { body: { fine: true } }]);
    const { transport, waits } = await open(server);
    const reply = await transport.request({ ...patch, retryNotFoundUntil: startOfTime + 30_000 });
    expect(reply.body).toEqual({ fine: true });
    expect(waits).toEqual([100, 200, 400]);
  });

  test("is given up when its time is over", async () => {
    const server = await serve(() => recorded("type-group-missing"));
    const { transport, now } = await open(server);
    const error = await errorOf(transport.request({ ...patch, retryNotFoundUntil: startOfTime + 30_000 }));
    expect(error.code).toBe("not-served");
    expect(now() - startOfTime).toBeGreaterThan(28_000);
    expect(now() - startOfTime).toBeLessThanOrEqual(30_000);
  });

  test("a missing namespace is not waited for", async () => {
    const refused = await refusedWith(recorded("namespace-missing"), {
      retryNotFoundUntil: startOfTime + 30_000,
    });
    expect(refused.attempts).toBe(1);
  });
});

describe("a dry run that something can't do", () => {
  test.each([
    'admission webhook "old.example.com" does not support dry run',
    "the dryRun feature is disabled",
    "dryRun is not supported by this API",
  ])("%s", async (message) => {
    const { error } = await refusedWith({
      status: 400,
      body: { kind: "Status", reason: "BadRequest", message },
    });
    expect(error.code).toBe("rejected");
    expect(isDryRunUnsupported(error)).toBe(true);
  });

  test("is nothing that any other bad request is", async () => {
    const { error } = await refusedWith(recorded("name-mismatch"));
    expect(isDryRunUnsupported(error)).toBe(false);
    expect(isDryRunUnsupported(new Error("does not support dry run"))).toBe(false);
  });
});

test("a refusal that the caller wants comes back as a reply", async () => {
  const server = await serve([recorded("object-missing"), recorded("type-group-missing")]);
  const { transport } = await open(server);
  expect(await transport.request({ ...get, alsoReturn: ["object-missing"] })).toMatchObject({
    status: 404,
    body: { reason: "NotFound" },
  });
  expect(await transport.request({ ...get, alsoReturn: ["type-missing"] })).toMatchObject({
    status: 404,
    body: null,
  });
});
