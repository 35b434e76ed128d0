import { describe, expect, test } from "vitest";
import { fetchRaw, getObject, listObjects } from "../../src/cluster/index.js";
import type { ListOptions, Transport } from "../../src/cluster/index.js";
import type { Listed } from "../../src/cluster/read.js";
import { getPath } from "../../src/json.js";
import type { Json } from "../../src/json.js";
import type { ResourceType } from "../../src/model.js";
import { errorOf, open, recorded, serve } from "./server.js";
import type { Answer, Turn } from "./server.js";

const configMaps: ResourceType = {
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  namespaced: true,
};

async function transportTo(turns: readonly Turn[]) {
  const server = await serve(turns);
  return { server, transport: (await open(server)).transport };
}

async function pages(transport: Transport, options?: ListOptions): Promise<Listed[]> {
  const all: Listed[] = [];
  for await (const page of listObjects(transport, configMaps, "shop", options)) all.push(page);
  return all;
}

/** The names that a list gave, page by page. */
function namesOf(listed: readonly Listed[]): unknown[][] {
  return listed.map((one) =>
    one.is === "page" ? one.items.map((item) => getPath(item, ["metadata", "name"])) : [],
  );
}

function listOf(names: string[], metadata: Record<string, Json> = {}): Answer {
  const items = names.map((name) => ({ metadata: { name } }));
  return {
    body: { kind: "ConfigMapList", apiVersion: "v1", metadata: { resourceVersion: "7", ...metadata }, items },
  };
}

describe("one object", () => {
  test("is returned as it is", async () => {
    const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "web" } };
    const { server, transport } = await transportTo([{ body: object }]);
    expect(await getObject(transport, configMaps, "shop", "web")).toEqual(object);
    expect(server.seen[0]?.path).toBe("/api/v1/namespaces/shop/configmaps/web");
  });

  test.each(["object-missing", "object-missing-apps"])(
    "is undefined when there is none: %s",
    async (name) => {
      const { transport } = await transportTo([recorded(name)]);
      expect(await getObject(transport, configMaps, "shop", "none")).toBeUndefined();
    },
  );

  test.each(["type-group-missing", "type-resource-missing", "type-crd-missing"])(
    "is an error when its kind is not served: %s",
    async (name) => {
      const { transport } = await transportTo([recorded(name)]);
      const error = await errorOf(getObject(transport, configMaps, "shop", "web"));
      expect(error.code).toBe("not-served");
      expect(error.message).toContain("configmap/web in namespace shop: the server does not serve this kind");
    },
  );

  test("is an error when it may not be read", async () => {
    const { transport } = await transportTo([recorded("forbidden-rbac")]);
    expect((await errorOf(getObject(transport, configMaps, "shop", "web"))).code).toBe("forbidden");
  });

  test.each<Answer>([
    { body: "[]" },
    { body: { ok: true } },
    { body: { kind: "Secret", metadata: { name: "web" } } },
    { body: { kind: "ConfigMap", metadata: { name: "other" } } },
  ])("is an error when the answer is not it: %j", async (answer) => {
    const { transport } = await transportTo([answer]);
    const error = await errorOf(getObject(transport, configMaps, "shop", "web"));
    expect(error.code).toBe("server-error");
    expect(error.message).toBe(
      "configmap/web in namespace shop: the server answered 200, but not with this object",
    );
    expect(error.details.answerLost).toBeUndefined();
  });

  test("is not missing because something else does not find it", async () => {
    const { transport } = await transportTo([{ status: 404, body: "<h1>Not Found</h1>" }]);
    expect((await errorOf(getObject(transport, configMaps, "shop", "web"))).code).toBe("server-error");
  });
});

describe("a list", () => {
  test("comes page by page, its items with their apiVersion and kind", async () => {
    const { server, transport } = await transportTo([
      listOf(["a", "b"], { continue: "to/ken=", remainingItemCount: 1 }),
      listOf(["c"]),
    ]);
    expect(await pages(transport, { limit: () => 2 })).toEqual([
      {
        is: "page",
        items: [
          { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" } },
          { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "b" } },
        ],
        more: true,
        remaining: 1,
        resourceVersion: "7",
        bytes: 183,
      },
      {
        is: "page",
        items: [{ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c" } }],
        more: false,
        remaining: undefined,
        resourceVersion: "7",
        bytes: 113,
      },
    ]);
    expect(server.seen.map(({ path }) => path)).toEqual([
      "/api/v1/namespaces/shop/configmaps?limit=2",
      "/api/v1/namespaces/shop/configmaps?limit=2&continue=to%2Fken%3D",
    ]);
  });

  test("keeps every key of its items, whatever objects inherit", async () => {
    const item = { metadata: { name: "a" }, constructor: { x: 1 }, toString: "text" };
    const { transport } = await transportTo([{ body: { metadata: {}, items: [item] } }]);
    const [page] = await pages(transport);
    expect(page).toMatchObject({ items: [{ apiVersion: "v1", kind: "ConfigMap", ...item }] });
  });

  test("may be empty", async () => {
    const { transport } = await transportTo([{ body: { metadata: {}, items: null } }]);
    expect(await pages(transport)).toEqual([
      { is: "page", items: [], more: false, remaining: undefined, resourceVersion: "", bytes: 28 },
    ]);
  });

  test("counts its bytes, not its characters", async () => {
    const { transport } = await transportTo([listOf(["a"]), listOf(["ä"])]);
    const [[plain], [accented]] = [await pages(transport), await pages(transport)];
    expect([plain, accented].map((one) => one?.is === "page" && one.bytes)).toEqual([113, 114]);
  });

  test("asks before each page how large it may be, and asks for no page that nobody wants", async () => {
    const { server, transport } = await transportTo([
      listOf(["a"], { continue: "1" }),
      listOf(["b"], { continue: "2" }),
    ]);
    let limit = 10;
    const list = listObjects(transport, configMaps, "shop", { limit: () => limit });
    await list.next();
    limit = 30;
    await list.next();
    await list.return();
    expect(server.seen.map(({ path }) => /limit=\d+/.exec(path)?.[0])).toEqual(["limit=10", "limit=30"]);
  });

  test("that grew too old goes on where the server says", async () => {
    const { server, transport } = await transportTo([
      listOf(["a"], { continue: "old" }),
      recorded("expired"),
      listOf(["b"]),
    ]);
    expect(namesOf(await pages(transport))).toEqual([["a"], ["b"]]);
    expect(server.seen[2]?.path).toMatch(/&continue=eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6LTE/);
  });

  test("that grew too old starts again where the server says nothing", async () => {
    const { server, transport } = await transportTo([
      listOf(["a"], { continue: "old" }),
      { status: 410, body: { kind: "Status", reason: "Expired" } },
      listOf(["a", "b"]),
    ]);
    expect(namesOf(await pages(transport))).toEqual([["a"], ["a", "b"]]);
    expect(server.seen[2]?.path).toBe("/api/v1/namespaces/shop/configmaps?limit=500");
  });

  test("that is always too old is given up", async () => {
    const gone: Turn = { status: 410, body: { kind: "Status", reason: "Expired" } };
    const { server, transport } = await transportTo([gone, gone, gone, gone, gone]);
    expect((await errorOf(pages(transport))).message).toContain("the list grew too old");
    expect(server.seen).toHaveLength(4);
  });

  test("whose page is too large says so, and is asked for in smaller ones", async () => {
    const big = listOf(Array.from({ length: 100 }, (_, i) => `a-rather-long-name-${i}`));
    const { server, transport } = await transportTo([big, listOf(["a"], { continue: "t" }), listOf(["b"])]);
    const [first, ...others] = await pages(transport, { maxBytes: 1000 });
    expect(first).toEqual({ is: "too-large", limit: 500, bytes: 1000 });
    expect(namesOf(others)).toEqual([["a"], ["b"]]);
    expect(server.seen.map(({ path }) => /limit=\d+/.exec(path)?.[0])).toEqual([
      "limit=500",
      "limit=125",
      "limit=125",
    ]);
  });

  test("of one object that is too large is an error", async () => {
    const big = listOf(["x".repeat(2000)]);
    const { transport } = await transportTo([big]);
    const error = await errorOf(pages(transport, { maxBytes: 1000, limit: () => 1 }));
    expect(error.message).toContain("a single object is larger than kapply takes");
  });

  test("of a kind that is not served is an error", async () => {
    const { transport } = await transportTo([recorded("type-group-missing")]);
    const error = await errorOf(pages(transport));
    expect(error.code).toBe("not-served");
    expect(error.message).toContain("list of configmap in namespace shop: ");
  });
});

describe("a raw path", () => {
  test("gives the text as it is", async () => {
    const text = "# HELP go_info\ngo_info 1\n";
    const { server, transport } = await transportTo([
      { headers: { "content-type": "text/plain" }, body: text },
    ]);
    expect(await fetchRaw(transport, "/metrics?a=b%20c")).toBe(text);
    expect(server.seen[0]).toMatchObject({ path: "/metrics?a=b%20c", headers: { accept: "*/*" } });
  });

  test("that is refused is a typed error", async () => {
    const { transport } = await transportTo([recorded("forbidden-raw")]);
    const error = await errorOf(fetchRaw(transport, "/metrics"));
    expect(error.code).toBe("forbidden");
    expect(error.message).toBe('GET /metrics: user "bob" may not get the path /metrics');
  });

  test.each(["api/v1", "", "https://elsewhere/x", "/a b", "/a\r\nX: y", "/ä", "/a#b"])(
    "%j is no path",
    async (path) => {
      const { server, transport } = await transportTo([{}]);
      expect((await errorOf(fetchRaw(transport, path))).code).toBe("usage");
      expect(server.seen).toHaveLength(0);
    },
  );

  test("stays at the server even where it looks like another", async () => {
    const { server, transport } = await transportTo([{}]);
    await fetchRaw(transport, "//elsewhere/x");
    expect(server.seen[0]?.path).toBe("//elsewhere/x");
  });
});
