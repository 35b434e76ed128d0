import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { describe, expect, onTestFinished, test } from "vitest";
import { faultOf, faultWords } from "../../src/cluster/faults.js";
import { errorOf, get, open, patch, serve, startOfTime } from "./server.js";
import type { Turn } from "./server.js";

const ok: Turn = { body: { fine: true } };

/** A server of bytes rather than of HTTP. */
async function bytes(onRequest: (socket: Socket, n: number) => void): Promise<string> {
  let n = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("data", () => onRequest(socket, ++n));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function unusedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe("connection faults are tried again", () => {
  test("connection refused: ten attempts, then what could not be reached and where the address is from", async () => {
    const url = `http://127.0.0.1:${await unusedPort()}`;
    const { transport, events, waits } = await open(url);
    const error = await errorOf(transport.request(patch));
    expect(error.code).toBe("unreachable");
    expect(error.message).toBe(
      `configmap/web in namespace shop: can't reach ${url}: connection refused (gave up after 10 attempts)`,
    );
    expect(error.details.hint).toBe("the address comes from the test");
    expect(error.details.answerLost).toBeUndefined();
    expect(transport.requests).toBe(10);
    expect(waits).toEqual([250, 500, 1000, 2000, 4000, 8000, 15000, 15000, 15000]);
    expect(events[0]).toEqual({
      event: "retrying",
      what: "configmap/web in namespace shop",
      why: "connection refused",
      attempt: 2,
      seconds: 0.25,
    });
  });

  test.each([
    ["ENOTFOUND", "dns", "the host name can't be resolved"],
    ["EAI_AGAIN", "dns", "the host name can't be resolved"],
    ["ENETUNREACH", "unroutable", "no route to it (oh)"],
    ["EHOSTUNREACH", "unroutable", "no route to it (oh)"],
    ["UND_ERR_CONNECT_TIMEOUT", "silent", "oh"],
  ])("%s: the request was not sent", (code, reason, words) => {
    const fault = faultOf(Object.assign(new Error("oh"), { code }), false);
    expect(fault).toMatchObject({ kind: "connection", reason, sent: false });
    expect(faultWords(fault)).toBe(words);
  });

  test("several addresses that all refuse are one refusal", () => {
    const one = Object.assign(new Error("connect ECONNREFUSED ::1:1"), { code: "ECONNREFUSED" });
    const fault = faultOf(Object.assign(new AggregateError([one, one]), { code: "ECONNREFUSED" }), false);
    expect(fault).toEqual({ kind: "connection", reason: "refused", detail: one.message, sent: false });
  });

  test.each<[string, Turn]>([
    ["a connection closed without an answer", (request) => request.socket.end()],
    ["a connection reset", (request) => request.socket.resetAndDestroy()],
    [
      "a body cut short of its length",
      (request, response) => {
        response.writeHead(200, { "content-type": "application/json", "content-length": "100" });
        response.write('{"fine": ');
        setImmediate(() => request.socket.end());
      },
    ],
    [
      "a chunked body that ends too early",
      (request, response) => {
        response.writeHead(200, { "content-type": "application/json" });
        response.write('{"fine": ');
        setImmediate(() => request.socket.end());
      },
    ],
    ["a body of JSON that is not whole", { body: '{"fine": ' }],
    ["a compressed body that is not whole", { headers: { "content-encoding": "gzip" }, body: "\u001f" }],
  ])("%s", async (_, turn) => {
    const server = await serve([turn, ok]);
    const { transport, events } = await open(server);
    expect((await transport.request(patch)).body).toEqual({ fine: true });
    expect(server.seen).toHaveLength(2);
    expect(events).toHaveLength(1);
  });

  test("an answer that never comes, after the time of an attempt", async () => {
    const server = await serve([() => undefined, ok]);
    const { transport, events } = await open(server, { requestTimeoutMs: 50 });
    expect((await transport.request(get)).body).toEqual({ fine: true });
    expect(events).toMatchObject([{ why: "no complete answer within 0.05 s" }]);
  });

  test("a body that stops halfway, after the time of an attempt", async () => {
    const server = await serve([
      (_, response) => {
        response.writeHead(200, { "content-type": "application/json" });
        response.write('{"fine": ');
      },
      ok,
    ]);
    const { transport } = await open(server, { requestTimeoutMs: 50 });
    expect((await transport.request(get)).body).toEqual({ fine: true });
  });

  test("something that is not HTTP", async () => {
    const url = await bytes((socket, n) =>
      socket.end(n === 1 ? "SSH-2.0-OpenSSH\r\n" : "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"),
    );
    const { transport, events } = await open(url);
    expect((await transport.request(get)).body).toEqual({});
    expect(events).toHaveLength(1);
  });
});

describe("a write whose answer was lost", () => {
  test("is sent again when it is a PATCH, and is known to be uncertain when that does not help", async () => {
    const server = await serve(() => (request) => request.socket.resetAndDestroy());
    const { transport } = await open(server);
    const error = await errorOf(transport.request(patch));
    expect(error.code).toBe("unreachable");
    expect(error.details.answerLost).toBe(true);
    expect(server.seen).toHaveLength(10);
  });

  test.each(["POST", "DELETE"] as const)("is not sent again when it is a %s", async (method) => {
    const server = await serve([(request) => request.socket.resetAndDestroy(), ok]);
    const { transport } = await open(server);
    const error = await errorOf(transport.request({ ...patch, method }));
    expect(error.details.answerLost).toBe(true);
    expect(server.seen).toHaveLength(1);
  });

  test("loses nothing when it was a dry run", async () => {
    const server = await serve(() => (request) => request.socket.resetAndDestroy());
    const { transport } = await open(server);
    const error = await errorOf(transport.request({ ...patch, harmless: true }));
    expect(error.details.answerLost).toBeUndefined();
  });

  test("is no longer uncertain once the server said no", async () => {
    const server = await serve([(request) => request.socket.resetAndDestroy(), { status: 422 }]);
    const { transport } = await open(server);
    const error = await errorOf(transport.request(patch));
    expect(error.code).toBe("rejected");
    expect(error.details.answerLost).toBeUndefined();
  });
});

describe("answers that make no sense", () => {
  test("a success that is no JSON comes from something else than Kubernetes", async () => {
    const server = await serve([{ headers: { "content-type": "text/html" }, body: "<h1>Log in</h1>" }]);
    const { transport } = await open(server);
    const error = await errorOf(transport.request(get));
    expect(error.code).toBe("server-error");
    expect(error.message).toBe(
      `the version: ${server.url} answered with something that is not the Kubernetes API: its content type is text/html`,
    );
    expect(error.details.causes).toEqual([{ message: "<h1>Log in</h1>" }]);
    expect(server.seen).toHaveLength(1);
  });

  test.each([false, true])(
    "an answer that is too large is not read to its end (length given: %s)",
    async (given) => {
      const body = JSON.stringify("x".repeat(5000));
      const server = await serve([
        (_, response) => {
          response.writeHead(200, {
            "content-type": "application/json",
            ...(given ? { "content-length": body.length } : {}),
          });
          response.end(body);
        },
      ]);
      const { transport } = await open(server);
      const error = await errorOf(transport.request({ ...get, maxBytes: 1000 }));
      expect(error.code).toBe("server-error");
      expect(error.message).toContain("is larger than 1000 bytes");
    },
  );

  test("a small compressed answer that is large inside is not inflated", async () => {
    const bomb = gzipSync(JSON.stringify("x".repeat(100_000)));
    const server = await serve([
      (_, response) => {
        response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" });
        response.end(bomb);
      },
    ]);
    const { transport } = await open(server);
    const error = await errorOf(transport.request({ ...get, maxBytes: 1000 }));
    expect(error.message).toContain("is larger than 1000 bytes");
  });

  test("a compressed answer is inflated", async () => {
    const server = await serve([
      (_, response) => {
        response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" });
        response.end(gzipSync('{"fine":12345678901234567890}'));
      },
    ]);
    const { transport } = await open(server);
    expect((await transport.request(get)).body).toEqual({ fine: 12345678901234567890n });
  });
});

describe("the time of the run", () => {
  test("ends waiting for another attempt", async () => {
    const server = await serve(() => ({ status: 503, headers: { "retry-after": "7" } }));
    const { transport, waits } = await open(server, { deadline: startOfTime + 10_000 });
    const error = await errorOf(transport.request(get));
    expect(error.code).toBe("timeout");
    expect(error.message).toContain("(gave up after 2 attempts: --timeout leaves no time for another)");
    expect(waits).toEqual([7250]);
  });

  test("ends an attempt in flight", async () => {
    const server = await serve([() => undefined]);
    const { transport } = await open(server, { deadline: startOfTime + 50 });
    const error = await errorOf(transport.request(patch));
    expect(error.code).toBe("timeout");
    expect(error.message).toContain("before the time of the run (--timeout) was over");
    expect(error.details.answerLost).toBe(true);
  });

  test("lets nothing be sent after it", async () => {
    const server = await serve([ok]);
    const { transport } = await open(server, { deadline: startOfTime });
    const error = await errorOf(transport.request(patch));
    expect(error.code).toBe("timeout");
    expect(error.details.answerLost).toBeUndefined();
    expect(server.seen).toHaveLength(0);
  });
});

describe("interruption", () => {
  test("lets requests in flight finish and sends no others", async () => {
    const stop = new AbortController();
    const server = await serve([
      (_, response) => {
        stop.abort();
        setImmediate(() => response.end("{}"));
      },
    ]);
    const { transport } = await open(server, { signal: stop.signal, concurrency: 1 });
    const [first, second] = await Promise.allSettled([transport.request(patch), transport.request(patch)]);
    expect(first.status).toBe("fulfilled");
    expect(second).toMatchObject({ reason: { code: "interrupted" } });
    expect(server.seen).toHaveLength(1);
  });

  test("does not try again", async () => {
    const stop = new AbortController();
    const server = await serve([
      (request) => {
        stop.abort();
        request.socket.resetAndDestroy();
      },
    ]);
    const { transport } = await open(server, { signal: stop.signal });
    const error = await errorOf(transport.request(patch));
    expect(error.code).toBe("interrupted");
    expect(error.details.answerLost).toBe(true);
    expect(server.seen).toHaveLength(1);
  });

  test("the hard way gives requests in flight up", async () => {
    const stop = new AbortController();
    const server = await serve([() => stop.abort()]);
    const { transport } = await open(server, { hardSignal: stop.signal });
    const error = await errorOf(transport.request(patch));
    expect(error.code).toBe("interrupted");
    expect(error.details.answerLost).toBe(true);
  });
});

test("no more requests are in flight than were allowed, over as many connections", async () => {
  let inFlight = 0;
  let most = 0;
  const ports = new Set<number>();
  const server = await serve(() => (request, response) => {
    most = Math.max(most, ++inFlight);
    ports.add(request.socket.remotePort ?? 0);
    setTimeout(() => {
      inFlight--;
      response.end("{}");
    }, 2);
  });
  const { transport } = await open(server, { concurrency: 3 });
  await Promise.all(Array.from({ length: 30 }, () => transport.request(get)));
  expect(most).toBe(3);
  expect(ports.size).toBe(3);
  expect(transport.requests).toBe(30);
});

test("many requests under one signal are no leak", async () => {
  const warnings: string[] = [];
  const listen = (warning: Error) => warnings.push(warning.name);
  process.on("warning", listen);
  onTestFinished(() => void process.off("warning", listen));
  const stop = new AbortController();
  const server = await serve((): Turn => (server.seen.length <= 40 ? { status: 503 } : ok));
  const { transport } = await open(server, {
    signal: stop.signal,
    hardSignal: stop.signal,
    concurrency: 40,
    sleep: undefined,
    random: () => 0.01,
  });
  await Promise.all(Array.from({ length: 40 }, () => transport.request(get)));
  await new Promise((resolve) => setImmediate(resolve));
  expect(warnings).toEqual([]);
});

test("a request time limit beyond what a timer can hold is none", async () => {
  const server = await serve([ok]);
  const { transport } = await open(server, { requestTimeoutMs: 2 ** 33 });
  expect((await transport.request(get)).body).toEqual({ fine: true });
});

test("each attempt is counted", async () => {
  const server = await serve([{ status: 503 }, { status: 503 }, ok]);
  const { transport } = await open(server);
  let counted = 0;
  await transport.request({ ...get, count: () => counted++ });
  expect(counted).toBe(3);
});

test("a request leaves no timer behind that would keep the process alive", async () => {
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
  const server = await serve(() => ok);
  const { transport } = await open(server, { requestTimeoutMs: 3_600_000 });
  await transport.request(get);
  const before = timers();
  await Promise.all(Array.from({ length: 4 }, () => transport.request(get)));
  expect(timers()).toBe(before);
});

test("closing ends what is in flight", async () => {
  const server = await serve(() => () => undefined);
  const { transport } = await open(server);
  const failed = errorOf(transport.request({ ...patch, method: "POST" }));
  while (server.seen.length === 0) await new Promise((resolve) => setImmediate(resolve));
  await transport.close();
  expect((await failed).details.answerLost).toBe(true);
});

test("closing ends what waits for another attempt", async () => {
  const server = await serve(() => ({ status: 503 }));
  const { transport } = await open(server, {
    sleep: (_milliseconds, signal) =>
      new Promise((resolve) => signal?.addEventListener("abort", () => resolve(undefined), { once: true })),
  });
  const waiting = errorOf(transport.request(get));
  await expect.poll(() => server.seen.length).toBe(1);
  await transport.close();
  expect((await waiting).code).toBe("interrupted");
  expect(server.seen).toHaveLength(1);
});
