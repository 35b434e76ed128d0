/** A 403 of a server that has not read its RBAC objects yet is not its last word. */
import { describe, expect, test } from "vitest";
import { errorOf, get, open, recorded, serve } from "./server.js";
import type { Answer, Scripted, Turn } from "./server.js";

const ok: Answer = { body: "ok" };
const notYet: Answer = { status: 500, body: "[-]informer-sync failed: reason withheld\nreadyz check failed" };
const no = recorded("forbidden-rbac");
const noReadyz = recorded("forbidden-raw");

async function asked(turns: readonly Turn[] | (() => Turn), readyz: readonly Turn[]) {
  const server: Scripted = await serve(turns);
  server.readyz.push(...readyz);
  const opened = await open(server);
  return { server, ...opened };
}

describe("a 403 without a sign of trouble", () => {
  test("is asked again for as long as the server says that it is not ready", async () => {
    const { transport, server, events } = await asked([no, no, no, ok], [notYet, notYet, ok]);
    expect((await transport.request({ ...get, raw: true })).text).toBe("ok");
    expect(server.readyz).toEqual([]);
    expect(events.map(({ event }) => event)).toEqual(["retrying", "retrying"]);
  });

  test("is asked again at once and quietly where the server is ready by now", async () => {
    const { transport, events, waits } = await asked([no, ok], [ok]);
    await transport.request({ ...get, raw: true });
    expect(events).toEqual([]);
    expect(waits).toEqual([0]);
  });

  test("is final when it comes from a server that was known to be ready", async () => {
    const { transport, server, waits } = await asked(() => no, [ok]);
    expect((await errorOf(transport.request(get))).code).toBe("forbidden");
    expect(server.seen).toHaveLength(2);
    expect(waits).toEqual([0]);
  });

  test("is final where nothing tells whether the server is ready", async () => {
    const { transport, server, waits } = await asked(() => no, [{ status: 404, body: "404 page not found" }]);
    expect((await errorOf(transport.request(get))).code).toBe("forbidden");
    expect(server.seen).toHaveLength(1);
    expect(waits).toEqual([]);
  });

  test.each([
    ["3 s where /readyz may not be read", noReadyz, 3_000],
    ["15 s of a server that never gets ready", notYet, 15_000],
  ])("is final after %s, once for the run", async (_, readyz, milliseconds) => {
    const { transport, now } = await asked(() => no, Array<Turn>(100).fill(readyz));
    const from = now();
    expect((await errorOf(transport.request(get))).code).toBe("forbidden");
    expect(now() - from).toBe(milliseconds);
    await errorOf(transport.request(get));
    expect(now() - from).toBe(milliseconds);
  });

  test("asks once for all that are refused together, and no more once it is ready", async () => {
    const { transport, server } = await asked(() => no, [ok, ok]);
    const all = Array.from({ length: 4 }, () => errorOf(transport.request(get)));
    expect((await Promise.all(all)).map(({ code }) => code)).toEqual(Array(4).fill("forbidden"));
    await errorOf(transport.request(get));
    expect(server.readyz).toHaveLength(1);
  });

  test("needs no readiness where there is another way, or time for a permission to come", async () => {
    const { transport, server } = await asked(() => no, [ok]);
    await errorOf(transport.request({ ...get, mayBeForbidden: true }));
    expect(server.readyz).toHaveLength(1);

    const patient = await open(server, { accessMs: 10_000 });
    server.seen.length = 0;
    await errorOf(patient.transport.request(get));
    expect(server.seen.length).toBeGreaterThan(5);
  });
});

test("a server that went away has to be ready again", async () => {
  const gone: Turn = (request) => request.socket.destroy();
  const { transport, server, now } = await asked([no, no, gone, no, ok], [ok]);
  await errorOf(transport.request(get));
  const from = now();
  expect((await transport.request({ ...get, raw: true })).text).toBe("ok");
  expect(now() - from).toBe(250 + 500);
  expect(server.seen).toHaveLength(5);
});
