import { fetch } from "undici";
import { describe, expect, test } from "vitest";
import { listen } from "../../../src/sandbox/http/listen.js";
import { conflict } from "../../../src/sandbox/status.js";
import { KapplyError } from "../../../src/errors.js";
import { makeAuthority } from "../../rest/certificates.js";
import { answers, open, raw, request, serve, until } from "./support.js";

describe("a call", () => {
  test("has the method, path, query, headers and body that were sent", async () => {
    const server = await serve();
    await fetch(`${server.url}/api/v1/namespaces?fieldManager=a%20b`, {
      method: "PATCH",
      body: "ä",
      headers: { "content-type": "application/apply-patch+yaml", "X-Other": "1" },
    });
    const [call] = server.calls;
    expect(call?.method).toBe("PATCH");
    expect(call?.url.pathname).toBe("/api/v1/namespaces");
    expect(call?.url.searchParams.get("fieldManager")).toBe("a b");
    expect(call?.headers).toMatchObject({ "content-type": "application/apply-patch+yaml", "x-other": "1" });
    expect(Buffer.from(call?.body ?? []).toString()).toBe("ä");
    expect(call?.certificate).toBeUndefined();
  });

  test("is over once it is answered: nothing waits for it any more", async () => {
    const server = await serve();
    await fetch(`${server.url}/api`);
    await expect.poll(() => server.calls[0]?.signal.aborted).toBe(true);
  });

  test.each([
    ["/a//b", "/a//b"],
    ["//api/v1", "//api/v1"],
    ["/a/../b", "/a/%252e%252e/b"],
    ["/a/%2e%2E/b/.", "/a/%252e%252e/b/%252e"],
    ["/a..b/...", "/a..b/..."],
    ["/a%2Fb%00", "/a%2Fb%00"],
    ["/a\\b#c", "/a%5Cb%23c"],
    ["http://elsewhere.example/version", "/version"],
    ["http://elsewhere.example", "/"],
    ["*", "/*"],
  ])("for %s has the path %s, which is no other's", async (target, path) => {
    const server = await serve();
    await raw(server, request(`GET ${target}`));
    expect(server.calls[0]?.url.pathname).toBe(path);
    expect(server.calls[0]?.url.host).toBe(`127.0.0.1:${server.port}`);
  });

  test("keeps dots and question marks of the query as they are", async () => {
    const server = await serve();
    await raw(server, request("GET /a?b=/../c?d#e"));
    expect(server.calls[0]?.url.search).toBe("?b=/../c?d%23e");
  });

  test("has a body that came in chunks, and pieces, whole", async () => {
    const server = await serve();
    const head = request("POST /a", ["Transfer-Encoding: chunked"]);
    await raw(server, [head, "2\r\nab\r\n3;x=y\r\nc", "de\r\n0\r\n\r\n"]);
    expect(Buffer.from(server.calls[0]?.body ?? []).toString()).toBe("abcde");
  });

  test("is aborted when its client goes", async () => {
    let aborted = false;
    const server = await serve({
      handle: (call) => {
        call.signal.addEventListener("abort", () => (aborted = true));
        return new Promise(() => undefined);
      },
    });
    const socket = await open(server);
    socket.write(request("GET /a"));
    await until(() => server.calls.length === 1);
    socket.destroy();
    await until(() => aborted);
  });
});

describe("an answer", () => {
  test("of JSON has the headers of the real server, exact integers and a line break at its end", async () => {
    const server = await serve(answers({ status: 201, json: { big: 9007199254740993n } }));
    const response = await fetch(`${server.url}/a`);
    expect(response.status).toBe(201);
    expect(await response.text()).toBe('{"big":9007199254740993}\n');
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": "application/json",
      "content-length": "25",
      "cache-control": "no-cache, private",
    });
    expect(response.headers.get("date")).not.toBeNull();
  });

  test("of text is sent as it is", async () => {
    const server = await serve(answers({ status: 404, text: "404 page not found\n" }));
    const response = await fetch(`${server.url}/a`);
    expect(await response.text()).toBe("404 page not found\n");
    expect(response.headers.get("content-type")).toBe("text/plain; charset=utf-8");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
  });

  test("keeps its own headers, those of several values too, and none of them can end the header", async () => {
    const warnings = ['299 - "first"', '299 - "zwei\r\nSet-Cookie: ä"'];
    const server = await serve(answers({ status: 200, json: {}, headers: { Warning: warnings } }));
    const { text } = await raw(server, request("GET /a"));
    const [head = ""] = Buffer.from(text, "latin1").toString("utf8").split("\r\n\r\n");
    const lines = head.split("\r\n").filter((line) => line.startsWith("Warning"));
    expect(lines).toEqual(['Warning: 299 - "first"', 'Warning: 299 - "zwei  Set-Cookie: ä"']);
  });

  test.each([
    ["curl/8.5.0", "", true],
    ["kubectl/v1.36.3", "", false],
    ["kubectl/v1.36.3", "?pretty=true", true],
    ["curl/8.5.0", "?pretty=false", false],
    ["curl/8.5.0", "?pretty=", true],
  ])("to %s for /a%s: indented is %s", async (agent, query, indented) => {
    const server = await serve(answers({ status: 200, json: { a: 1 } }));
    const response = await fetch(`${server.url}/a${query}`, { headers: { "user-agent": agent } });
    expect(await response.text()).toBe(indented ? '{\n  "a": 1\n}\n' : '{"a":1}\n');
  });

  test("to HEAD has the length and no body", async () => {
    const server = await serve(answers({ status: 200, json: {} }));
    const { text } = await raw(server, request("HEAD /a"));
    expect(text).toContain("Content-Length: 3\r\n");
    expect(text.endsWith("\r\n\r\n")).toBe(true);
  });

  test("is a 500 that is logged where the handler throws, and the next request is served", async () => {
    let count = 0;
    const server = await serve({
      handle: () =>
        count++ === 0 ? Promise.reject(new Error("oops")) : Promise.resolve({ status: 200, json: {} }),
    });
    const response = await fetch(`${server.url}/a`);
    expect(response.status).toBe(500);
    expect(await response.json()).toMatchObject({
      kind: "Status",
      reason: "InternalError",
      message: "Internal error occurred: oops",
    });
    expect((await fetch(`${server.url}/a`)).status).toBe(200);
    expect(server.lines.map(({ status }) => status)).toEqual([500, 200]);
    expect(server.lines[0]?.error).toContain("Error: oops\n");
  });

  test("is a 500 where its JSON can't be written", async () => {
    const cycle: Record<string, unknown> = {};
    cycle["self"] = cycle;
    const server = await serve(answers({ status: 200, json: cycle }));
    expect((await fetch(`${server.url}/a`)).status).toBe(500);
  });

  test("is the Status that the handler throws", async () => {
    const about = { group: "apps", resource: "deployments", name: "web" };
    const server = await serve({ handle: () => Promise.reject(conflict(about, "changed")) });
    const response = await fetch(`${server.url}/a`);
    expect(response.status).toBe(409);
    expect(await response.json()).toMatchObject({ reason: "Conflict", details: { name: "web" } });
    expect(server.lines[0]?.error).toBeUndefined();
  });
});

describe("closing", () => {
  test("ends idle connections and open streams at once, the streams properly", async () => {
    const server = await serve(
      answers({ status: 200, contentType: "application/json", stream: () => new Promise(() => undefined) }),
    );
    await open(server);
    const watched = raw(server, request("GET /a"), { quietMs: 5000 });
    await until(() => server.lines.length === 1);
    const began = Date.now();
    await server.close();
    expect(Date.now() - began).toBeLessThan(800);
    const { text, end } = await watched;
    expect(text.endsWith("0\r\n\r\n")).toBe(true);
    expect(end).toBe("closed");
    await expect(fetch(server.url)).rejects.toThrow();
  });

  test("lets a request that is under way be answered", async () => {
    const server = await serve({
      handle: () =>
        new Promise((resolve) => setTimeout(() => resolve({ status: 200, json: { late: true } }), 200)),
    });
    const response = fetch(`${server.url}/a`);
    await until(() => server.calls.length === 1);
    await Promise.all([server.close(), server.close()]);
    expect(await (await response).json()).toEqual({ late: true });
  });

  test("waits no more than a second for a handler that hangs", async () => {
    const server = await serve({ handle: () => new Promise(() => undefined) });
    const response = raw(server, request("GET /a"), { quietMs: 5000 });
    await until(() => server.calls.length === 1);
    const began = Date.now();
    await server.close();
    expect(Date.now() - began).toBeLessThan(3000);
    expect((await response).text).toBe("");
  });
});

describe("an address", () => {
  test("that is in use is a usage error that says so", async () => {
    const { port } = await serve();
    const handle = () => Promise.reject(new Error("never"));
    const second = listen({ host: "127.0.0.1", port, handle });
    await expect(second).rejects.toMatchObject({
      code: "usage",
      message: `can't listen on port ${port} of 127.0.0.1: it is in use`,
    });
    await expect(second).rejects.toBeInstanceOf(KapplyError);
  });

  test("that this machine does not have is one too", async () => {
    const handle = () => Promise.reject(new Error("never"));
    await expect(listen({ host: "192.0.2.1", port: 0, handle })).rejects.toMatchObject({ code: "usage" });
  });

  test("needs a certificate that fits its key", async () => {
    const authority = await makeAuthority("a");
    const [one, other] = [await authority.issue(), await authority.issue()];
    const handle = () => Promise.reject(new Error("never"));
    const tls = { key: one.key, certificate: other.cert };
    await expect(listen({ host: "127.0.0.1", port: 0, tls, handle })).rejects.toMatchObject({
      code: "usage",
    });
  });
});
