import { fetch } from "undici";
import { describe, expect, test } from "vitest";
import { makeCertificates } from "../../../src/sandbox/http/certificates.js";
import { errorAnswer } from "../../../src/sandbox/http/fault-answers.js";
import { parseFault } from "../../../src/sandbox/http/fault-spec.js";
import { open, raw, request, serve, statusOf, until } from "./support.js";

const long = (): Promise<{ status: number; json: unknown }> =>
  Promise.resolve({ status: 200, json: { data: "x".repeat(1000) } });

test("an error is sent in place of the answer, and nothing is done", async () => {
  const server = await serve({ faults: ["429,retry-after=3,verb=patch,once"] });
  const patch = () =>
    fetch(`${server.url}/api/v1/namespaces/shop/configmaps/a`, { method: "PATCH", body: "{}" });
  const response = await patch();
  expect([response.status, response.headers.get("retry-after")]).toEqual([429, "3"]);
  expect(server.calls).toEqual([]);
  expect((await patch()).status).toBe(200);
  expect(server.lines).toMatchObject([
    { verb: "patch", status: 429, fault: "429" },
    { verb: "patch", status: 200, fault: undefined },
  ]);
});

describe("the body of an error", () => {
  function bodyOf(spec: string): object {
    const { effect } = parseFault(spec);
    if (effect?.is !== "error") throw new Error("no error");
    return errorAnswer(effect);
  }

  test("is text for 429, as the real server's filter sends it", () => {
    expect(bodyOf("429")).toEqual({
      status: 429,
      headers: {},
      text: "Too many requests, please try again later.\n",
    });
  });

  test("is a Status for others", () => {
    expect(bodyOf("503,retry-after=1")).toEqual({
      status: 503,
      headers: { "Retry-After": "1" },
      json: {
        kind: "Status",
        apiVersion: "v1",
        metadata: {},
        status: "Failure",
        message: "apiserver is shutting down",
        reason: "ServiceUnavailable",
        details: { retryAfterSeconds: 1 },
        code: 503,
      },
    });
    expect(bodyOf("500")).toMatchObject({ json: { message: "etcdserver: leader changed", code: 500 } });
    expect(bodyOf("401")).toMatchObject({ json: { message: "Unauthorized", reason: "Unauthorized" } });
    expect(bodyOf("418")).toMatchObject({ json: { message: "I'm a Teapot", code: 418 } });
    expect(bodyOf("599")).toMatchObject({ json: { code: 599 } });
  });

  test("is a proxy's page for 502 and 504", () => {
    for (const spec of ["502", "504"])
      expect(bodyOf(spec)).toMatchObject({
        contentType: "text/html",
        text: expect.stringMatching(/^<html>/) as unknown,
      });
  });

  test("is what the fault says", () => {
    expect(bodyOf("502,body=status,message=no")).toMatchObject({ json: { message: "no", code: 502 } });
    expect(bodyOf("500,body=text,message=no")).toMatchObject({ text: "no\n" });
    expect(bodyOf("500,body=html,message=<b>")).toMatchObject({
      text: expect.stringContaining("500 &#60;b&#62;") as unknown,
    });
    expect(bodyOf("500,body=none")).toMatchObject({ text: "" });
  });
});

describe.each(["plain", "TLS"])("over %s", (how) => {
  async function start(faults: string[], handle?: Parameters<typeof serve>[0]) {
    const { key, certificate, ca } = await makeCertificates({ addresses: [] });
    const tls = how === "TLS" ? { tls: { key, certificate } } : {};
    const server = await serve({ faults, ...tls, ...handle });
    const get = (path: string) => raw(server, request(`GET ${path}`), how === "TLS" ? { ca } : {});
    return { server, get };
  }

  test("reset resets the connection, and nothing is done", async () => {
    const { server, get } = await start(["reset,once"]);
    expect(await get("/a")).toEqual({ text: "", end: "reset" });
    expect(server.calls).toEqual([]);
    expect(statusOf(await get("/a"))).toBe(200);
    expect(server.lines[0]).not.toHaveProperty("error");
    expect(server.lines).toMatchObject([{ status: 0, fault: "reset" }, { status: 200 }]);
  });

  test("reset-after does it, and resets the connection", async () => {
    const { server, get } = await start(["reset-after,once"]);
    expect(await get("/a")).toEqual({ text: "", end: "reset" });
    expect(server.calls).toHaveLength(1);
    expect(statusOf(await get("/a"))).toBe(200);
  });

  test("truncate does it, and ends the connection in the middle of the body", async () => {
    const { server, get } = await start(["truncate,once"], { handle: long });
    const { text, end } = await get("/a");
    expect(text).toContain("Content-Length: 1012\r\n");
    expect(text.length - text.indexOf("\r\n\r\n") - 4).toBe(506);
    expect(end).not.toBe("open");
    expect(server.calls).toHaveLength(1);
    expect(server.lines[0]).toMatchObject({ status: 200, fault: "truncate" });
  });

  test("truncate cuts a stream in its first text", async () => {
    const { server, get } = await start(["truncate"], {
      handle: () =>
        Promise.resolve({
          status: 200,
          contentType: "application/json",
          stream: async (send) => {
            await send('{"type":"ADDED"}\n');
            await send("never sent");
          },
        }),
    });
    const { text, end } = await get("/a?watch=1");
    expect(text.endsWith('{"type":"\r\n')).toBe(true);
    expect(end).not.toBe("open");
    await until(() => server.lines.length === 2);
    expect(server.lines[1]).toMatchObject({ event: "end", bytes: 9, fault: "truncate" });
  });
});

test("reset-after and truncate of an answer without a body are a reset", async () => {
  const server = await serve({
    faults: ["truncate"],
    handle: () => Promise.resolve({ status: 200, text: "" }),
  });
  expect(await raw(server, request("GET /a"))).toEqual({ text: "", end: "reset" });
  expect(await raw(server, request("HEAD /a"))).toEqual({ text: "", end: "reset" });
});

test("reset-after of a stream never begins it", async () => {
  let begun = false;
  const server = await serve({
    faults: ["reset-after"],
    handle: () =>
      Promise.resolve({
        status: 200,
        contentType: "application/json",
        stream: () => {
          begun = true;
          return Promise.resolve();
        },
      }),
  });
  expect(await raw(server, request("GET /a"))).toEqual({ text: "", end: "reset" });
  expect([server.calls.length, begun]).toEqual([1, false]);
});

test("slow waits, and then does what was asked", async () => {
  const server = await serve({ faults: ["slow=300ms,path=/apis/*"] });
  const began = performance.now();
  expect((await fetch(`${server.url}/api/v1/pods`)).status).toBe(200);
  expect(performance.now() - began).toBeLessThan(250);
  expect((await fetch(`${server.url}/apis/apps/v1/deployments`)).status).toBe(200);
  expect(performance.now() - began).toBeGreaterThan(299);
  expect(server.lines[1]).toMatchObject({ fault: "slow=300ms" });
  expect(server.lines[1]?.milliseconds).toBeGreaterThan(299);
});

test("a client that does not wait has nothing done for it", async () => {
  const server = await serve({ faults: ["slow=1m,once"] });
  const socket = await open(server);
  socket.write(request("PATCH /a", ["Content-Length: 2"], "{}"));
  await new Promise((resolve) => setTimeout(resolve, 100));
  socket.destroy();
  await until(() => server.lines.length === 1);
  expect(server.calls).toEqual([]);
  expect(server.lines[0]).toMatchObject({ status: 0, fault: "slow=60s", error: "the client went away" });
});

test("closing does not wait for who is kept waiting", async () => {
  const server = await serve({ faults: ["slow=1m"] });
  const reply = raw(server, request("GET /a"), { quietMs: 3000 });
  await new Promise((resolve) => setTimeout(resolve, 100));
  const began = Date.now();
  await server.close();
  expect(Date.now() - began).toBeLessThan(800);
  expect((await reply).end).not.toBe("open");
});
