import { fetch } from "undici";
import { expect, test } from "vitest";
import { formatJsonLine, formatLine } from "../../../src/sandbox/http/log.js";
import type { LogLine } from "../../../src/sandbox/http/log.js";
import { raw, serve, until } from "./support.js";

const line: LogLine = {
  time: "2026-01-01T00:00:00.000Z",
  method: "PATCH",
  path: "/api/v1/namespaces/shop/configmaps/a?fieldManager=kapply",
  verb: "patch",
  user: "alice",
  status: 201,
  milliseconds: 3.1415,
  bytes: 512,
};

test.each<[string, Partial<LogLine>, string]>([
  ["a request", {}, "PATCH /api/v1/namespaces/shop/configmaps/a?fieldManager=kapply 201 3ms alice"],
  ["nobody", { path: "/version", user: "" }, "PATCH /version 201 3ms -"],
  [
    "a fault",
    { path: "/a", status: 0, fault: "slow=2s reset" },
    "PATCH /a - 3ms alice (fault: slow=2s reset)",
  ],
  ["an error", { path: "/a", status: 500, error: "oops" }, "PATCH /a 500 3ms alice (oops)"],
  [
    "a watch's start",
    { method: "GET", path: "/a", status: 200, event: "start" },
    "GET /a 200 watching alice",
  ],
  [
    "a watch's end",
    { method: "GET", path: "/a", status: 200, event: "end" },
    "GET /a 200 3ms alice (watch ended)",
  ],
  [
    "what is no request",
    { method: "", path: "", user: "", status: 400, error: "not HTTP" },
    "- - 400 3ms - (not HTTP)",
  ],
  [
    "hostile names",
    { path: "/a", user: "a\u001b[31m\nb\u202e" },
    "PATCH /a 201 3ms a\\u001b[31m\\u000ab\\u202e",
  ],
  ["a long path", { path: `/${"a".repeat(500)}` }, `PATCH /${"a".repeat(399)}... 201 3ms alice`],
])("a line for %s", (_what, changes, text) => {
  expect(formatLine({ ...line, ...changes })).toBe(text);
});

test("a line for programs is one JSON object, harmless on a terminal, that says the same", () => {
  expect(formatJsonLine(line)).toBe(
    '{"time":"2026-01-01T00:00:00.000Z","method":"PATCH",' +
      '"path":"/api/v1/namespaces/shop/configmaps/a?fieldManager=kapply","verb":"patch","user":"alice",' +
      '"status":201,"milliseconds":3.1,"bytes":512}',
  );
  const hostile = { ...line, milliseconds: 3, user: 'a\u001b\n\u0085\u202e\u{e0041}"ä' };
  const text = formatJsonLine(hostile);
  expect(text).toMatch(/^[\x20-\x7eä]*$/);
  expect(JSON.parse(text)).toEqual(hostile);
});

test("each request is a line, with the user that the handler names, even where it then fails", async () => {
  const server = await serve({
    handle: ({ url }, note) => {
      note.user = "alice";
      return url.pathname === "/fails"
        ? Promise.reject(new Error("oops"))
        : Promise.resolve({ status: 200, json: [] });
    },
  });
  await fetch(`${server.url}/api/v1/namespaces/shop/pods?limit=5`);
  await fetch(`${server.url}/fails`, { method: "POST", body: "{}" });
  await until(() => server.lines.length === 2);
  expect(server.lines).toMatchObject([
    {
      method: "GET",
      path: "/api/v1/namespaces/shop/pods?limit=5",
      verb: "list",
      user: "alice",
      status: 200,
      bytes: 3,
    },
    { method: "POST", path: "/fails", user: "alice", status: 500 },
  ]);
  expect(server.lines[1]).not.toHaveProperty("verb");
  const { time, milliseconds } = server.lines[0] ?? line;
  expect(Math.abs(Date.parse(time) - Date.now())).toBeLessThan(10_000);
  expect(milliseconds).toBeGreaterThan(0);
});

test("what is no HTTP is a line, once", async () => {
  const server = await serve();
  await raw(server, ["garbage\r\n\r\n", "more\r\n\r\n", "x".repeat(100_000)], { quietMs: 1000 });
  expect(server.lines).toMatchObject([
    { method: "", path: "", status: 400, error: expect.stringMatching(/^not HTTP: HPE_/) as unknown },
  ]);
});
