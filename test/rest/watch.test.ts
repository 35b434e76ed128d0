import { once } from "node:events";
import type { ServerResponse } from "node:http";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readSnapshot, watchObjects } from "../../src/cluster/index.js";
import type { Selection, Transport, WatchEvent } from "../../src/cluster/index.js";
import { linesOf } from "../../src/cluster/lines.js";
import type { Parts } from "../../src/cluster/types.js";
import type { Authorizer, ResourceType } from "../../src/model.js";
import { errorOf, get, open, recorded, serve } from "./server.js";
import type { Turn } from "./server.js";

const configMaps: ResourceType = {
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  namespaced: true,
};
const web: Selection = { by: "name", name: "web" };
const timing = { seconds: 60, idleMs: 5_000 };

function configMap(name: string, resourceVersion: string, data: Record<string, string> = {}) {
  const metadata = { name, namespace: "shop", resourceVersion };
  return { kind: "ConfigMap", apiVersion: "v1", metadata, data };
}

function line(type: string, object: object): string {
  return `${JSON.stringify({ type, object })}\n`;
}

/** Begins a watch, and goes on as `then` says. */
function watching(then: (response: ServerResponse) => void): Turn {
  return (_request, response) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.flushHeaders();
    then(response);
  };
}

/** Says these lines and ends, as a server does when the time of the watch is over. */
function saying(...lines: string[]): Turn {
  return watching((response) => response.end(lines.join("")));
}

function watch(
  transport: Transport,
  selection = web,
  options: { signal?: AbortSignal; idleMs?: number } = {},
) {
  return watchObjects(transport, configMaps, "shop", selection, {
    resourceVersion: "7",
    signal: options.signal,
    timing: { ...timing, idleMs: options.idleMs ?? timing.idleMs },
  });
}

async function eventsOf(events: AsyncIterable<WatchEvent>): Promise<WatchEvent[]> {
  const all: WatchEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

async function eventsFrom(turns: Turn[], selection = web, idleMs?: number): Promise<WatchEvent[]> {
  const { transport } = await open(await serve(turns));
  return eventsOf(watch(transport, selection, idleMs === undefined ? {} : { idleMs }));
}

describe("a watch tells", () => {
  test("what was added, modified and deleted, and bookmarks, until the server ends it", async () => {
    const events = await eventsFrom([
      saying(
        line("ADDED", configMap("web", "8")),
        line("MODIFIED", configMap("web", "9", { a: "b" })),
        line("BOOKMARK", { kind: "ConfigMap", apiVersion: "v1", metadata: { resourceVersion: "12" } }),
        "\n",
        line("DELETED", configMap("web", "13")),
      ),
    ]);
    expect(events).toEqual([
      { is: "added", object: configMap("web", "8"), resourceVersion: "8" },
      { is: "modified", object: configMap("web", "9", { a: "b" }), resourceVersion: "9" },
      { is: "bookmark", resourceVersion: "12" },
      { is: "deleted", object: configMap("web", "13"), resourceVersion: "13" },
    ]);
  });

  test("of a collection only what is selected, and the versions of the rest", async () => {
    const lines = ["web", "other", "db"].map((name, at) => line("ADDED", configMap(name, String(8 + at))));
    const events = await eventsFrom([saying(...lines)], { by: "names", names: new Set(["web", "db"]) });
    expect(events.map(({ is }) => is)).toEqual(["added", "bookmark", "added"]);
    expect(events[1]).toEqual({ is: "bookmark", resourceVersion: "9" });
  });

  test("what comes in pieces, large, and in many bytes a character", async () => {
    const large = configMap("web", "9", { text: "größer ".repeat(400_000) });
    const bytes = Buffer.from(line("ADDED", configMap("web", "8")) + line("MODIFIED", large));
    const events = await eventsFrom([
      watching((response) => {
        for (let at = 0; at < bytes.length; at += 99_991) response.write(bytes.subarray(at, at + 99_991));
        response.end();
      }),
    ]);
    expect(events).toHaveLength(2);
    expect(events[1]).toMatchObject({ is: "modified", object: large });
  });

  test("each event as it comes, not when the watch is over", async () => {
    let response: ServerResponse | undefined;
    const server = await serve([watching((started) => (response = started))]);
    const { transport } = await open(server);
    const events = watch(transport);
    for (const version of ["8", "9"]) {
      const next = events.next();
      await expect.poll(() => response).toBeDefined();
      response?.write(line("MODIFIED", configMap("web", version)));
      expect((await next).value).toMatchObject({ resourceVersion: version });
    }
    response?.end();
    expect((await events.next()).done).toBe(true);
  });
});

test("a watch asks for bookmarks, an end in time, and nothing packed", async () => {
  const server = await serve(() => saying());
  const { transport } = await open(server, { connection: { server: `${server.url}/prefix` } });
  await eventsOf(watch(transport));
  await eventsOf(watch(transport, { by: "labels", selector: "app=web,tier!=db" }));
  await eventsOf(watch(transport, { by: "names", names: new Set(["a", "b"]) }));
  const common = { watch: "true", allowWatchBookmarks: "true", resourceVersion: "7", timeoutSeconds: "60" };
  const asked = server.seen.map(({ path }) => new URL(path, server.url));
  expect(new Set(asked.map(({ pathname }) => pathname))).toEqual(
    new Set(["/prefix/api/v1/namespaces/shop/configmaps"]),
  );
  expect(asked.map(({ searchParams }) => Object.fromEntries(searchParams))).toEqual([
    { ...common, fieldSelector: "metadata.name=web" },
    { ...common, labelSelector: "app=web,tier!=db" },
    common,
  ]);
  expect(server.seen[0]?.headers["accept-encoding"]).toBe("identity");
});

test("a watch draws the time that the server is to end it after", async () => {
  const server = await serve(() => saying());
  const { transport } = await open(server);
  for (let times = 0; times < 20; times++)
    await eventsOf(watchObjects(transport, configMaps, "shop", web, { resourceVersion: "7" }));
  const seconds = server.seen.map(({ path }) =>
    Number(new URL(path, server.url).searchParams.get("timeoutSeconds")),
  );
  expect(Math.min(...seconds)).toBeGreaterThanOrEqual(40);
  expect(Math.max(...seconds)).toBeLessThanOrEqual(60);
  expect(new Set(seconds).size).toBeGreaterThan(1);
});

describe("a watch that can't go on says why", () => {
  const gone = { kind: "Status", status: "Failure", message: "too old resource version: 7 (99)", code: 410 };
  const failed = { kind: "Status", status: "Failure", message: "etcdserver: no leader", code: 500 };

  test.each<[string, Turn, WatchEvent]>([
    ["410 as an event", saying(line("ERROR", { ...gone, reason: "Expired" })), { is: "gone" }],
    ["Expired without a code", saying(line("ERROR", { kind: "Status", reason: "Expired" })), { is: "gone" }],
    ["410 as a status", { status: 410, body: { ...gone, reason: "Expired" } }, { is: "gone" }],
    [
      "another error",
      saying(line("ERROR", failed)),
      { is: "broken", why: "the server ended the watch: etcdserver: no leader" },
    ],
    [
      "a line that is no event",
      saying("<html>gateway</html>\n"),
      { is: "broken", why: "a line of the watch is no event" },
    ],
    [
      "a line that is cut short",
      saying(line("ADDED", configMap("web", "8")).slice(0, 30)),
      { is: "broken", why: "the answer is cut short or garbled (the last line has no end)" },
    ],
    [
      "a connection that breaks",
      watching((response) => setTimeout(() => response.destroy(), 20)),
      { is: "broken", why: "the connection was closed before the answer came" },
    ],
    [
      "a connection that is reset",
      watching((response) => setTimeout(() => response.socket?.resetAndDestroy(), 20)),
      { is: "broken", why: "the connection was closed before the answer came" },
    ],
  ])("%s", async (_, turn, event) => {
    expect(await eventsFrom([turn])).toEqual([event]);
  });

  test("what came before it broke is told", async () => {
    const turn = watching((response) => {
      response.write(line("ADDED", configMap("web", "8")));
      setTimeout(() => response.destroy(), 50);
    });
    expect((await eventsFrom([turn])).map(({ is }) => is)).toEqual(["added", "broken"]);
  });

  test("a connection whose other end is gone without a word", async () => {
    const silent = watching((response) => response.write(line("ADDED", configMap("web", "8"))));
    const events = await eventsFrom([silent], web, 100);
    expect(events[1]).toEqual({ is: "broken", why: "silent for 0.1 s" });
  });

  test("but not one that says something in time", async () => {
    const slow = watching((response) => {
      let times = 0;
      const timer = setInterval(() => {
        response.write(line("BOOKMARK", { metadata: { resourceVersion: String(8 + times) } }));
        if (++times < 5) return;
        clearInterval(timer);
        response.end();
      }, 60);
    });
    const events = await eventsFrom([slow], web, 200);
    expect(events.map(({ is }) => is)).toEqual(Array(5).fill("bookmark"));
  });

  test("a line that has no end", async () => {
    const server = await serve([watching((response) => response.write("x".repeat(50_000)))]);
    const { transport } = await open(server);
    const opened = await transport.stream({ ...get, idleMs: 5_000, maxBytes: 10_000 });
    if (!("lines" in opened)) throw new Error("no stream");
    expect(await opened.lines.next()).toEqual({ done: true, value: { kind: "too-large", limit: 10_000 } });
  });
});

describe("a watch is opened as any request is sent", () => {
  const oneEvent = saying(line("ADDED", configMap("web", "8")));

  test.each<[string, Turn]>([
    ["a reset connection", (request) => request.socket.resetAndDestroy()],
    ["503", { status: 503 }],
    ["429 with a time to wait", { status: 429, headers: { "retry-after": "3" } }],
    ["an error page of a gateway", { status: 502, body: "<html>", headers: { "content-type": "text/html" } }],
    ["no answer in time", () => undefined],
  ])("it is tried again after %s", async (_, turn) => {
    const server = await serve([turn, oneEvent]);
    const { transport, events } = await open(server, { requestTimeoutMs: 300 });
    expect(await eventsOf(watch(transport))).toHaveLength(1);
    expect(events).toMatchObject([
      { event: "retrying", what: 'watch of configmap "web" in namespace shop', attempt: 2 },
    ]);
  });

  test("a rotated token is read again after a 401", async () => {
    const server = await serve(({ headers }) =>
      headers["authorization"] === "Bearer new-token" ? oneEvent : recorded("unauthenticated"),
    );
    let token = "old-token";
    const authorizer: Authorizer = {
      identity: () => Promise.resolve({ authorization: `Bearer ${token}` }),
      renew: () => {
        token = "new-token";
        return Promise.resolve(true);
      },
    };
    const { transport } = await open(server, { authorizer });
    expect(await eventsOf(watch(transport))).toHaveLength(1);
    expect(server.seen).toHaveLength(2);
  });

  test.each([
    ["forbidden", recorded("forbidden-rbac"), "forbidden"],
    ["not-served", recorded("type-resource-missing"), "not-served"],
    ["rejected", { status: 405, body: { kind: "Status", code: 405, message: "no watch" } }, "rejected"],
  ])("a clear no is an error: %s", async (_, turn, code) => {
    const server = await serve([turn]);
    const { transport } = await open(server);
    expect((await errorOf(eventsOf(watch(transport)))).code).toBe(code);
    expect(server.seen).toHaveLength(1);
  });

  test("a server that says nothing but no is given up, and told", async () => {
    const server = await serve(() => ({ status: 503 }));
    const { transport } = await open(server);
    const error = await errorOf(eventsOf(watch(transport)));
    expect(error.code).toBe("server-error");
    expect(error.message).toContain('watch of configmap "web" in namespace shop: ');
  });

  test("a refusal larger than we take is not kept", async () => {
    const server = await serve([{ status: 403, body: "x".repeat(100_000) }]);
    const { transport } = await open(server);
    const error = await errorOf(transport.stream({ ...get, idleMs: 5_000, maxBytes: 10_000 }));
    expect(error.message).toContain("larger than 10000 bytes");
  });
});

describe("open watches", () => {
  const endless = (path: string): Turn =>
    path.includes("watch=true")
      ? watching((response) => response.write(line("ADDED", configMap("web", "8"))))
      : { body: { fine: true } };

  test("take no turn from requests, and no connection", async () => {
    const server = await serve(({ path }) => endless(path));
    const { transport } = await open(server, { concurrency: 2, requestTimeoutMs: 2_000 });
    const stop = new AbortController();
    const watches = Array.from({ length: 20 }, () => watch(transport, web, { signal: stop.signal }));
    const first = await Promise.all(watches.map((each) => each.next()));
    expect(first.map(({ value }) => value?.is)).toEqual(Array(20).fill("added"));
    const replies = await Promise.all(Array.from({ length: 10 }, () => transport.request(get)));
    expect(replies).toHaveLength(10);
    stop.abort();
    expect((await Promise.all(watches.map((each) => each.next()))).every(({ done }) => done)).toBe(true);
  });

  test.each<[string, (stops: Stops) => Promise<void> | void]>([
    ["their signal aborts", (stops) => stops.own.abort()],
    ["the run is told to stop", (stops) => stops.soft.abort()],
    ["the run is told to stop at once", (stops) => stops.hard.abort()],
    ["the transport is closed", (stops) => stops.transport.close()],
  ])("end when %s, and their connections with them", async (_, stop) => {
    const { server, stops } = await oneOpen();
    const rest = stops.events.next();
    await stop(stops);
    await rest;
    expect((await stops.events.next()).done).toBe(true);
    await expect.poll(() => connectionsOf(server.server)).toBe(0);
  });

  test("end when nobody reads them any more", async () => {
    const { server, stops } = await oneOpen();
    await stops.events.return(undefined);
    await expect.poll(() => connectionsOf(server.server)).toBe(0);
  });

  interface Stops {
    own: AbortController;
    soft: AbortController;
    hard: AbortController;
    transport: Transport;
    events: AsyncGenerator<WatchEvent, void, undefined>;
  }

  async function oneOpen() {
    const server = await serve(({ path }) => endless(path));
    const [own, soft, hard] = [new AbortController(), new AbortController(), new AbortController()];
    const { transport } = await open(server, { signal: soft.signal, hardSignal: hard.signal });
    const events = watch(transport, web, { signal: own.signal });
    expect((await events.next()).value).toMatchObject({ is: "added" });
    return { server, stops: { own, soft, hard, transport, events } satisfies Stops };
  }

  test("make the server wait while nobody reads, and lose nothing", async () => {
    const event = line("MODIFIED", configMap("web", "9", { text: "x".repeat(100_000) }));
    const total = 600;
    let written = 0;
    const server = await serve([
      watching((response) => {
        void (async () => {
          for (; written < total; written++) if (!response.write(event)) await once(response, "drain");
          response.end();
        })();
      }),
    ]);
    const { transport } = await open(server);
    const events = watch(transport, web, { idleMs: 150 });
    await events.next();
    // Longer than the longest silence: whoever is made to wait is not silent.
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(written).toBeLessThan(total / 2);
    expect(await eventsOf(events)).toHaveLength(total - 1);
  });
});

function connectionsOf(server: {
  getConnections: (tell: (error: Error | null, count: number) => void) => unknown;
}) {
  return new Promise<number>((resolve) => server.getConnections((_error, count) => resolve(count)));
}

test("an aborted signal opens nothing", async () => {
  const server = await serve([]);
  const { transport } = await open(server);
  expect(await eventsOf(watch(transport, web, { signal: AbortSignal.abort() }))).toEqual([]);
  expect(server.seen).toHaveLength(0);
});

describe("lines", () => {
  async function read(chunks: Buffer[]): Promise<{ lines: string[]; end: unknown }> {
    // eslint-disable-next-line @typescript-eslint/require-await -- it stands for what comes from a server
    async function* parts(): Parts<Buffer> {
      yield* chunks;
      return undefined;
    }
    const lines: string[] = [];
    const all = linesOf(parts(), 1_000);
    for (;;) {
      const step = await all.next();
      if (step.done === true) return { lines, end: step.value };
      lines.push(step.value);
    }
  }

  test("are the same wherever their chunks are cut", async () => {
    const texts = fc.array(fc.string({ unit: "grapheme" }).map((text) => text.replaceAll("\n", "")));
    const cuts = fc.array(fc.nat(2_000));
    await fc.assert(
      fc.asyncProperty(texts, cuts, async (lines, at) => {
        const bytes = Buffer.from(lines.map((text) => `${text}\n`).join(""));
        const ends = [...at.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
        const chunks = ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
        expect(await read(chunks)).toEqual({ lines, end: undefined });
      }),
    );
  });

  test("end with what is missing when the last one has no end", async () => {
    const { lines, end } = await read([Buffer.from("a\nb")]);
    expect(lines).toEqual(["a"]);
    expect(end).toMatchObject({ kind: "connection", reason: "cut" });
  });
});

describe("a snapshot", () => {
  const item = (name: string) => ({ metadata: { name, resourceVersion: "5" } });
  const listOf = (resourceVersion: string, names: string[], next?: string): Turn => ({
    body: {
      kind: "ConfigMapList",
      apiVersion: "v1",
      metadata: { resourceVersion, ...(next === undefined ? {} : { continue: next }) },
      items: names.map(item),
    },
  });

  async function snapshotFrom(turns: Turn[], selection: Selection) {
    const server = await serve(turns);
    const { transport } = await open(server);
    const { objects, resourceVersion } = await readSnapshot(transport, configMaps, "shop", selection);
    return {
      objects,
      resourceVersion,
      asked: server.seen.map(({ path }) => path.replace(/.*configmaps/, "")),
    };
  }

  test("of one object asks for it alone, and knows its kind", async () => {
    expect(await snapshotFrom([listOf("9", ["web"])], web)).toEqual({
      objects: [{ apiVersion: "v1", kind: "ConfigMap", ...item("web") }],
      resourceVersion: "9",
      asked: ["?fieldSelector=metadata.name%3Dweb"],
    });
  });

  test("of one object leaves out what a server says of others", async () => {
    expect((await snapshotFrom([listOf("9", ["other"])], web)).objects).toEqual([]);
  });

  test("of labels asks for these", async () => {
    const { objects, asked } = await snapshotFrom([listOf("9", ["a", "b"])], {
      by: "labels",
      selector: "app=web",
    });
    expect(objects).toHaveLength(2);
    expect(asked).toEqual(["?labelSelector=app%3Dweb"]);
  });

  test("of names reads the pages, and keeps what is selected at the version of the first", async () => {
    const expired = {
      status: 410,
      body: { kind: "Status", code: 410, reason: "Expired", metadata: { continue: "newer" } },
    };
    const turns = [listOf("9", ["a", "b"], "next"), expired, listOf("30", ["c", "d"])];
    const { objects, resourceVersion } = await snapshotFrom(turns, {
      by: "names",
      names: new Set(["b", "d"]),
    });
    expect(objects.map(({ metadata }) => metadata)).toEqual([item("b").metadata, item("d").metadata]);
    expect(resourceVersion).toBe("9");
  });

  test("that is none is no empty one", async () => {
    const server = await serve(() => ({ body: { kind: "Status" } }));
    const { transport } = await open(server);
    expect((await errorOf(readSnapshot(transport, configMaps, "shop", web))).code).toBe("server-error");
  });
});
