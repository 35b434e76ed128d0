import fc from "fast-check";
import { fetch } from "undici";
import { expect, test } from "vitest";
import { makeCertificates } from "../../../src/sandbox/http/certificates.js";
import { open, raw, request, serve, statusOf, until } from "./support.js";

const chunked = "Transfer-Encoding: chunked";

test.each<[string, string, number]>([
  ["bytes that are no HTTP", "\x00\x01\x02 hello\r\n\r\n", 400],
  ["a null byte in the path", request("GET /a\x00b"), 400],
  ["a space in the path", request("GET /a b"), 400],
  ["a per cent sign that begins no escape", request("GET /a%zz"), 400],
  ["a header without a colon", request("GET /a", ["no header"]), 400],
  ["a control character in a header", request("GET /a", ["X: a\x01b"]), 400],
  ["no Host", "GET /a HTTP/1.1\r\n\r\n", 400],
  ["two lengths", request("POST /a", ["Content-Length: 2", "Content-Length: 5"], "{}"), 400],
  ["a length beside chunks", request("POST /a", [chunked, "Content-Length: 5"], "0\r\n\r\n"), 400],
  ["a chunk of no size", request("POST /a", [chunked], "zz\r\n"), 400],
  ["an unknown transfer encoding", request("POST /a", ["Transfer-Encoding: foo"], "{}"), 501],
  ["a transfer encoding besides chunks", request("POST /a", ["Transfer-Encoding: gzip, chunked"]), 501],
  ["another version of HTTP", "GET /a HTTP/3.0\r\nHost: x\r\n\r\n", 505],
  ["HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400],
  ["CONNECT", request("CONNECT example.com:443"), 404],
])("%s ends the connection with a status, and reaches no handler", async (_what, bytes, status) => {
  const server = await serve();
  const reply = await raw(server, bytes, { quietMs: 3000 });
  expect([statusOf(reply), reply.end]).toEqual([status, "closed"]);
  expect(server.calls).toEqual([]);
  expect(statusOf(await raw(server, request("GET /a")))).toBe(200);
});

test("headers up to a megabyte are read; beyond, the answer is 431", async () => {
  const server = await serve();
  const fits = await raw(server, request("GET /a", [`X: ${"a".repeat(900_000)}`]));
  expect(statusOf(fits)).toBe(200);
  const beyond = await raw(server, request("GET /a", [`X: ${"a".repeat(2_000_000)}`]), { quietMs: 3000 });
  expect([statusOf(beyond), beyond.end]).toEqual([431, "closed"]);
  expect(server.lines.map(({ status }) => status)).toEqual([200, 431]);
});

test("thousands of headers are all read", async () => {
  const server = await serve();
  const many = Array.from({ length: 3000 }, (_, n) => `X-${n}: a`);
  await raw(server, request("GET /a", [...many, "X-Last: b"]));
  expect(server.calls[0]?.headers["x-last"]).toBe("b");
});

const limit = 100_000;
const tooLong = "b".repeat(limit * 3);
const tooLarge = {
  kind: "Status",
  apiVersion: "v1",
  metadata: {},
  status: "Failure",
  message: "Request entity too large: limit is 100000",
  reason: "RequestEntityTooLarge",
  code: 413,
};

test("a body of just the limit is read; beyond it the answer is a 413 that arrives while the client sends", async () => {
  const server = await serve({ maxBodyBytes: limit });
  const fits = await fetch(`${server.url}/a`, { method: "POST", body: "b".repeat(limit) });
  expect(fits.status).toBe(200);
  await fits.text();
  const beyond = await fetch(`${server.url}/a`, { method: "POST", body: tooLong });
  expect(beyond.status).toBe(413);
  expect(await beyond.json()).toEqual(tooLarge);
  expect(server.calls).toHaveLength(1);
});

test("a body beyond the limit is a 413 too where no length announced it", async () => {
  const server = await serve({ maxBodyBytes: limit });
  const sent = `${tooLong.length.toString(16)}\r\n${tooLong}\r\n0\r\n\r\n`;
  const reply = await raw(server, request("POST /a", [chunked], sent), { quietMs: 3000 });
  expect([statusOf(reply), reply.end]).toEqual([413, "closed"]);
});

test("who asks before sending is told to go on, or that it is too much", async () => {
  const server = await serve({ maxBodyBytes: limit });
  const expecting = (length: number) =>
    request("POST /a", ["Expect: 100-continue", `Content-Length: ${length}`]);
  const socket = await open(server);
  let text = "";
  socket.on("data", (chunk: Buffer) => (text += chunk.toString())).write(expecting(2));
  await until(() => text.startsWith("HTTP/1.1 100 Continue\r\n\r\n"));
  socket.write("{}");
  await until(() => text.includes("HTTP/1.1 200 OK"));

  const refused = await raw(server, expecting(limit + 1), { quietMs: 3000 });
  expect([statusOf(refused), refused.end]).toEqual([413, "closed"]);
});

test("an unknown expectation is a 417", async () => {
  expect(statusOf(await raw(await serve(), request("GET /a", ["Expect: more"])))).toBe(417);
});

test("OPTIONS * is answered without asking anybody, as Go does", async () => {
  const server = await serve();
  expect(statusOf(await raw(server, request("OPTIONS *")))).toBe(200);
  expect(server.calls).toEqual([]);
});

test("a request to become another protocol is served as it is", async () => {
  const server = await serve();
  const upgrade = ["Connection: Upgrade", "Upgrade: websocket"];
  expect(statusOf(await raw(server, request("GET /a", upgrade)))).toBe(200);
});

test("requests that are sent ahead are answered in their order, on one connection", async () => {
  const server = await serve({
    handle: async ({ url }) => {
      if (url.pathname === "/slow") await new Promise((resolve) => setTimeout(resolve, 100));
      return { status: 200, text: `<${url.pathname}>` };
    },
  });
  const { text } = await raw(
    server,
    ["/slow", "/b", "/c"].map((path) => request(`GET ${path}`, ["Connection: keep-alive"])).join(""),
  );
  expect(text.match(/<[^>]*>/g)).toEqual(["</slow>", "</b>", "</c>"]);
});

test("what follows a request and is no HTTP does not get into its answer", async () => {
  const server = await serve({
    handle: () =>
      Promise.resolve({
        status: 200,
        contentType: "text/plain",
        stream: (send) => send("1").then(() => new Promise(() => undefined)),
      }),
  });
  const socket = await open(server);
  let text = "";
  let closed = false;
  socket.on("data", (chunk: Buffer) => (text += chunk.toString())).on("close", () => (closed = true));
  socket.write(request("GET /a", ["Connection: keep-alive"]));
  await until(() => text.endsWith("1\r\n1\r\n"));
  socket.write("\x00\x01garbage\r\n\r\n");
  await until(() => closed);
  expect(text.endsWith("1\r\n1\r\n")).toBe(true);
});

test("a client that goes in the middle of a body is forgotten, and nothing is done", async () => {
  const server = await serve();
  const socket = await open(server);
  socket.write(request("POST /a", ["Content-Length: 100"], "{"));
  await new Promise((resolve) => setTimeout(resolve, 50));
  socket.destroy();
  await until(() => server.lines.length === 1);
  expect(server.lines[0]).toMatchObject({ method: "POST", status: 0, error: "the client went away" });
  expect(server.calls).toEqual([]);
});

test("a client that goes in the middle of an answer does no harm", async () => {
  const server = await serve({
    handle: () => Promise.resolve({ status: 200, text: "x".repeat(20_000_000) }),
  });
  const socket = await open(server);
  socket.pause().write(request("GET /a"));
  await until(() => server.calls.length === 1);
  socket.resetAndDestroy();
  await until(() => server.lines.length === 1);
  expect(server.lines[0]).toMatchObject({ status: 200, error: "the client went away" });
  expect(statusOf(await raw(server, request("HEAD /a")))).toBe(200);
});

test("who sends a header drop by drop is cut off", async () => {
  const server = await serve({ headersTimeoutMs: 200 });
  const socket = await open(server);
  let text = "";
  let closed = false;
  socket.on("data", (chunk: Buffer) => (text += chunk.toString())).on("close", () => (closed = true));
  socket.write("GET /a HTTP/1.1\r\n");
  const drops = setInterval(() => closed || socket.write("X: a\r\n"), 50);
  await until(() => closed);
  clearInterval(drops);
  expect(text).toMatch(/^HTTP\/1\.1 408 /);
});

test("who speaks plain HTTP to the TLS port is told so", async () => {
  const { key, certificate } = await makeCertificates({ addresses: [] });
  const server = await serve({ tls: { key, certificate } });
  const reply = await raw(server, request("GET /a"), { quietMs: 3000 });
  expect(reply.text).toBe(
    "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n",
  );
});

test("a log that throws stops nothing", async () => {
  const server = await serve({
    log: () => {
      throw new Error("EPIPE");
    },
  });
  expect(statusOf(await raw(server, request("GET /a")))).toBe(200);
  expect(statusOf(await raw(server, "garbage\r\n\r\n"))).toBe(400);
  expect(statusOf(await raw(server, request("GET /a")))).toBe(200);
});

const pieces = fc.constantFrom(
  ...["GET ", "PATCH ", "POST ", "/", "/api/v1/pods", "//", "%2F", "%", "*", " HTTP/1.1", " HTTP/1.0"],
  ...[
    "\r\n",
    "\n",
    "\r",
    "\r\n\r\n",
    "Host: x\r\n",
    "Content-Length: ",
    "Content-Length: 3\r\n",
    `${chunked}\r\n`,
  ],
  ...[
    "5\r\nhello\r\n",
    "0\r\n\r\n",
    "ffffffffffffffffff\r\n",
    "Expect: 100-continue\r\n",
    "Connection: close\r\n",
  ],
  ...[
    "Connection: Upgrade\r\n",
    "Upgrade: h2c\r\n",
    ":",
    "\x00",
    "\xff",
    "{}",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
  ],
);
const noise = fc.oneof(
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  fc.array(pieces, { maxLength: 15 }).map((all) => Buffer.from(all.join(""), "latin1")),
  fc
    .tuple(fc.array(pieces, { maxLength: 8 }), fc.array(pieces, { maxLength: 8 }))
    .map(([headers, rest]) => Buffer.from(request("PUT /a", headers, rest.join("")), "latin1")),
);

test.each(["plain", "TLS"])("whatever bytes come over %s, the server goes on serving", async (how) => {
  const { key, certificate, ca } = await makeCertificates({ addresses: [] });
  const server = await serve(how === "TLS" ? { tls: { key, certificate } } : {});
  const encrypted = how === "TLS" ? { ca } : {};
  const send = async (bytes: Buffer, within: boolean): Promise<void> => {
    await raw(server, bytes, { quietMs: 10, ...(within ? encrypted : {}) });
  };
  // Sixteen at a time: most connections only end when nothing has come for a while.
  const rounds = fc.array(fc.tuple(noise, fc.boolean()), { minLength: 16, maxLength: 16 });
  await fc.assert(
    fc.asyncProperty(rounds, async (round) => {
      await Promise.all(round.map(([bytes, within]) => send(bytes, within)));
      const reply = await raw(server, request("GET /still-here"), {
        quietMs: 3000,
        ...encrypted,
      });
      expect(statusOf(reply)).toBe(200);
    }),
    { numRuns: 25 },
  );
});
