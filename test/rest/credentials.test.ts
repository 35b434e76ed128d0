import { randomUUID } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer } from "node:http";
import { connect } from "node:net";
import type { AddressInfo } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { requestHeaders } from "../../src/cluster/headers.js";
import type { Authorizer, Connection } from "../../src/model.js";
import { errorOf, get, open, patch, recorded, serve } from "./server.js";
import type { Turn } from "./server.js";

/** An authorizer whose token a test can rotate. `file` is what a re-read would find. */
function tokens(first: string, file = first) {
  const state = { token: first, file, renewals: 0 };
  const authorizer: Authorizer = {
    identity: () => Promise.resolve({ authorization: `Bearer ${state.token}` }),
    renew: () => {
      state.renewals++;
      const changed = state.token !== state.file;
      state.token = state.file;
      return Promise.resolve(changed);
    },
  };
  return { state, authorizer };
}

/** Answers 401 to every token but one. */
function accepting(token: string): (request: { headers: NodeJS.Dict<string | string[]> }) => Turn {
  return ({ headers }) =>
    headers["authorization"] === `Bearer ${token}` ? { body: { fine: true } } : recorded("unauthenticated");
}

describe("401", () => {
  test("reads the token again and sends the request with the new one", async () => {
    const server = await serve(accepting("new-token"));
    const { authorizer } = tokens("old-token", "new-token");
    const { transport, waits } = await open(server, { authorizer });
    expect((await transport.request(patch)).body).toEqual({ fine: true });
    expect(server.seen).toHaveLength(2);
    expect(waits).toEqual([0]);
  });

  test("of many requests at once renews the token once", async () => {
    const server = await serve(accepting("new-token"));
    const { authorizer, state } = tokens("old-token", "new-token");
    const { transport } = await open(server, { authorizer, concurrency: 1 });
    await Promise.all(Array.from({ length: 8 }, () => transport.request(patch)));
    expect(state.renewals).toBe(1);
  });

  test("of an unchanged token is tried once more after two seconds", async () => {
    const server = await serve(() => recorded("unauthenticated"));
    const { transport, waits } = await open(server, { authorizer: tokens("old-token").authorizer });
    const error = await errorOf(transport.request(patch));
    expect(error.code).toBe("unauthenticated");
    expect(error.message).toBe(
      `configmap/web in namespace shop: ${server.url} does not accept the credentials of the test (401 Unauthorized)`,
    );
    expect(waits).toEqual([2000]);
  });
});

describe("what is sent", () => {
  test("a GET carries who we are and no body", async () => {
    const server = await serve([{}]);
    const { transport } = await open(server, { authorizer: tokens("secret").authorizer });
    await transport.request(get);
    expect(server.seen[0]).toMatchObject({ method: "GET", path: "/version", body: "" });
    expect(server.seen[0]?.headers).toMatchObject({
      authorization: "Bearer secret",
      "user-agent": "kapply/test",
      accept: "application/json",
    });
    expect(server.seen[0]?.headers).not.toHaveProperty("content-type");
  });

  test("impersonation headers, one for each group and each extra value, keys encoded", async () => {
    const server = await serve([{}]);
    const { transport } = await open(server, {
      connection: {
        impersonate: {
          user: "jürgen",
          uid: "42",
          groups: ["devs", "ops"],
          extra: { "example.com/Scopes": ["view", "edit"] },
        },
      },
    });
    await transport.request(get);
    const raw = server.seen[0]?.rawHeaders ?? [];
    const sent = raw.flatMap((name, i) =>
      i % 2 === 0 && /impersonate/i.test(name) ? [`${name}: ${raw[i + 1] ?? ""}`] : [],
    );
    expect(sent).toEqual([
      `impersonate-user: ${Buffer.from("jürgen").toString("latin1")}`,
      "impersonate-uid: 42",
      "impersonate-group: devs",
      "impersonate-group: ops",
      "impersonate-extra-example.com%2FScopes: view",
      "impersonate-extra-example.com%2FScopes: edit",
    ]);
  });

  test("a group that no header can carry is an error", async () => {
    const server = await serve([{}]);
    const impersonate = { user: "jane", groups: ["a\r\nx-evil: 1"], extra: {} };
    const { transport } = await open(server, { connection: { impersonate } });
    expect((await errorOf(transport.request(get))).code).toBe("credentials");
    expect(server.seen).toHaveLength(0);
  });

  test.each([
    ["https://10.0.0.1", undefined, "gzip"],
    ["https://localhost:6443", undefined, undefined],
    ["http://127.0.0.1:8001", undefined, undefined],
    ["https://[::1]:6443", undefined, undefined],
    ["http://server", "/run/proxy.sock", undefined],
  ])("answers of %s by the socket %s come compressed: %s", (server, socketPath, encoding) => {
    const connection: Connection = {
      server,
      socketPath,
      tls: { insecureSkipVerify: false },
      credential: { kind: "none" },
      namespace: "shop",
      foundBy: "the test",
      namespaceFrom: "the test",
      viaKubectlProxy: false,
    };
    expect(requestHeaders(get, connection, {}, "kapply")["accept-encoding"]).toBe(encoding);
    expect(requestHeaders(patch, connection, {}, "kapply")["accept-encoding"]).toBeUndefined();
  });

  test("the path of the server comes before that of the request", async () => {
    const server = await serve([{}]);
    const { transport } = await open(`${server.url}/k8s/clusters/c-1`);
    await transport.request({ ...get, path: "/api/v1/namespaces?limit=5" });
    expect(server.seen[0]?.path).toBe("/k8s/clusters/c-1/api/v1/namespaces?limit=5");
  });

  test("integers are exact in both directions", async () => {
    const server = await serve([{ body: '{"n":9007199254740993}' }]);
    const { transport } = await open(server);
    const reply = await transport.request({ ...patch, body: { n: 18446744073709551615n } });
    expect(server.seen[0]?.body).toBe('{"n":18446744073709551615}');
    expect(reply.body).toEqual({ n: 9007199254740993n });
  });

  test("a token that HTTP can't carry is an error that does not show it", async () => {
    const server = await serve([{}]);
    const { transport } = await open(server, { authorizer: tokens("top\nsecret").authorizer });
    const error = await errorOf(transport.request(get));
    expect(error.code).toBe("credentials");
    expect(JSON.stringify([error.message, error.details])).not.toContain("secret");
    expect(server.seen).toHaveLength(0);
  });
});

test("a token that an error page echoes is hidden", async () => {
  const server = await serve((request) => ({
    status: 403,
    headers: { "content-type": "text/plain" },
    body: `headers: ${JSON.stringify(request.headers)}`,
  }));
  const { transport } = await open(server, { authorizer: tokens("very-secret-token").authorizer });
  const error = await errorOf(transport.request(patch));
  expect(JSON.stringify([error.message, error.details])).not.toContain("very-secret-token");
  expect(JSON.stringify([error.message, error.details])).toContain("[credentials hidden]");
});

test("warnings of the server are read, others are not", async () => {
  const server = await serve([
    {
      headers: {
        warning: ['299 - "use \\"kubernetes.io/os\\" instead, please"', '299 - "second"', '199 - "not ours"'],
      },
    },
  ]);
  const { transport } = await open(server);
  expect((await transport.request(patch)).warnings).toEqual([
    'use "kubernetes.io/os" instead, please',
    "second",
  ]);
});

test("warnings are read as UTF-8", async () => {
  const text = Buffer.from('299 - "veraltet: größe"').toString("latin1");
  const server = await serve([{ headers: { warning: text } }]);
  const { transport } = await open(server);
  expect((await transport.request(patch)).warnings).toEqual(["veraltet: größe"]);
});

describe("ways to the server", () => {
  test("a unix socket", async () => {
    const path = join(tmpdir(), `kapply-${randomUUID()}.sock`);
    const server = await serve([{ body: { fine: true } }], undefined, { path });
    const { transport } = await open("http://localhost", { connection: { socketPath: path } });
    expect((await transport.request(get)).body).toEqual({ fine: true });
    expect(server.seen[0]?.headers["host"]).toBe("localhost");
  });

  test("a unix socket that is not there", async () => {
    const path = join(tmpdir(), `kapply-${randomUUID()}.sock`);
    const { transport } = await open("http://localhost", {
      connection: { socketPath: path, viaKubectlProxy: true },
    });
    const error = await errorOf(transport.request(get));
    expect(error.code).toBe("unreachable");
    expect(error.message).toContain(`can't reach http://localhost by the socket ${path}`);
    expect(error.details.hint).toBe("is `kubectl proxy` running there?");
  });

  test("an HTTP proxy, which never sees our credentials", async () => {
    const server = await serve([{ body: { fine: true } }]);
    const proxy = await forwardProxy();
    const { transport } = await open(server, {
      connection: { proxyUrl: `http://me:proxy-word@127.0.0.1:${proxy.port}` },
      authorizer: tokens("very-secret-token").authorizer,
    });
    expect((await transport.request(get)).body).toEqual({ fine: true });
    expect(server.seen[0]?.headers).toMatchObject({ authorization: "Bearer very-secret-token" });
    expect(proxy.seen).toHaveLength(1);
    expect(JSON.stringify(proxy.seen)).not.toContain("very-secret-token");
    expect(proxy.seen[0]).toMatchObject({
      url: `127.0.0.1:${server.port}`,
      authorization: `Basic ${Buffer.from("me:proxy-word").toString("base64")}`,
    });
  });

  test("an HTTP proxy that refuses", async () => {
    const proxy = await forwardProxy("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
    const { transport } = await open("http://10.0.0.1", {
      connection: { proxyUrl: `http://me:proxy-word@127.0.0.1:${proxy.port}` },
    });
    const error = await errorOf(transport.request(patch));
    expect(error.code).toBe("unreachable");
    expect(error.message).toContain("the proxy refused to connect");
    expect(error.message).toContain("407");
    expect(error.details.hint).toContain(`the way leads through the proxy http://127.0.0.1:${proxy.port}`);
    expect(JSON.stringify([error.message, error.details])).not.toContain("proxy-word");
    expect(error.details.answerLost).toBeUndefined();
  });
});

test("a proxy of a kind that we don't speak is an error before anything is sent", async () => {
  const error = await errorOf(
    open("http://10.0.0.1", { connection: { proxyUrl: "ftp://me:proxy-word@10.0.0.2" } }),
  );
  expect(error.code).toBe("credentials");
  expect(error.message).toBe("the proxy URL of the test is not one of http, https or socks5");
});

/** A proxy that tunnels, or answers every CONNECT with `refusal`. */
async function forwardProxy(refusal?: string) {
  const seen: { url: string; authorization: string | undefined; headers: object }[] = [];
  const server = createServer();
  server.on("connect", (request, socket) => {
    seen.push({
      url: request.url ?? "",
      authorization: request.headers["proxy-authorization"],
      headers: request.headers,
    });
    socket.on("error", () => undefined);
    if (refusal !== undefined) {
      socket.end(refusal);
      return;
    }
    const [host = "", port] = (request.url ?? "").split(":");
    const onward = connect(Number(port), host, () => {
      socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      onward.pipe(socket).pipe(onward);
    });
    onward.on("error", () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, seen };
}
