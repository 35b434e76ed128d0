/** A 403 of a server that has not read its RBAC objects yet is not its last word. */
import { describe, expect, test } from "vitest";
import { watchServerStart } from "../../src/cluster/server-start.js";
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
    await errorOf(transport.request({ ...get, hasOtherWay: true }));
    expect(server.readyz).toHaveLength(1);

    const patient = await open(server, { accessMs: 10_000 });
    server.seen.length = 0;
    await errorOf(patient.transport.request(get));
    expect(server.seen.length).toBeGreaterThan(5);
  });
});

test("a server that went away has to be ready again", async () => {
  const gone: Turn = (request) => request.socket.destroy();
  const { transport, server, now } = await asked([no, no, gone, no, no, ok], [ok, notYet, ok]);
  await errorOf(transport.request(get));
  const from = now();
  expect((await transport.request({ ...get, raw: true })).text).toBe("ok");
  expect(now() - from).toBe(250 + 500);
  expect(server.seen).toHaveLength(6);
});

test("what a server said before it went away says nothing of what came after it", async () => {
  const said: (() => void)[] = [];
  const reply = { status: 200, body: "ok", text: "ok", warnings: [], headers: {} };
  const start = watchServerStart(
    () => new Promise((resolve) => said.push(() => resolve(reply))),
    () => 0,
  );
  const first = start.after403(false);
  start.unwell();
  said[0]?.();
  expect(await first).toBe("starting");
  expect(start.isReady()).toBe(false);
  const second = start.after403(false);
  said[1]?.();
  expect(await second).toBe("just-ready");
});

test("a server that never says whether it is ready holds a 403 for 15 s, and no attempt for longer than its time", async () => {
  const silent: Turn = () => undefined;
  const { server } = await asked(() => no, []);
  server.readyz.push(...Array<Turn>(50).fill(silent));
  const { transport, now } = await open(server, { requestTimeoutMs: 20 });
  const from = now();
  expect((await errorOf(transport.request(get))).code).toBe("forbidden");
  expect(now() - from).toBe(15_000);
});

test("a server that resets a connection now and then does not keep a 403 from being final", async () => {
  let times = 0;
  const flaky = (): Turn => (++times % 3 === 1 ? (request) => request.socket.destroy() : no);
  const { transport, now } = await asked(flaky, Array<Turn>(20).fill(ok));
  const from = now();
  expect((await errorOf(transport.request(get))).code).toBe("forbidden");
  expect(now() - from).toBeLessThan(15_000);
});

test("after a signal nobody is asked whether the server is ready", async () => {
  const stop = new AbortController();
  const server = await serve(() => {
    stop.abort();
    return no;
  });
  server.readyz.push(ok);
  const { transport } = await open(server, { signal: stop.signal });
  expect((await errorOf(transport.request(get))).code).toBe("forbidden");
  expect(server.readyz).toHaveLength(1);
});

test("a refusal that lasts until the time of the run is over is told as one", async () => {
  const { transport, now } = await asked(() => no, []);
  const error = await errorOf(transport.request(get));
  expect(error.code).toBe("forbidden");
  const patient = await open(await serve(() => no), { accessMs: 60_000, deadline: now() + 2_000 });
  expect((await errorOf(patient.transport.request(get))).code).toBe("forbidden");
});
