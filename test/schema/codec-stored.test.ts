/** Objects as they were given to a real server, and as it gave them back: `stored.json` has both. */
import { describe, expect, test } from "vitest";
import { equalJson, stringifyJson, type Json, type JsonObject } from "../../src/json.js";
import { fixture } from "./support.js";
import { codecOf, leaves, recorded } from "./codec-support.js";

const cases = recorded("stored.json") as unknown as { given: JsonObject; stored: JsonObject }[];
const title = ({ given }: { given: JsonObject }): string =>
  stringifyJson(given).replaceAll('"', "").slice(0, 100);

function kept(given: JsonObject): JsonObject {
  const codec = codecOf(given);
  return codec.stored(codec.withDefaults(codec.read(given).object));
}

/** Values that the server sets in code, beside those of the schema. */
const set =
  /^\/(metadata\/(annotations|labels|finalizers)|status|spec\/(tolerations|taints|ports\/\d+\/targetPort|containers\/\d+\/\w+\/grpc\/service))(\/|$)/;
const empty = (value: Json): boolean =>
  value === null ||
  value === "" ||
  value === 0 ||
  value === false ||
  (typeof value === "object" && Object.keys(value).length === 0);

describe("an object is read as a server stores it", () => {
  test.each(cases.map((one) => [title(one), one] as const))("%s", (_title, { given, stored }) => {
    const object = kept(given);
    const there = new Map(leaves(stored));
    const wrong = leaves(object).filter(([path, value]) => {
      if (set.test(path)) return false;
      // An object that is empty here may have defaults there that are set in code.
      if (!there.has(path))
        return !(empty(value) && [...there.keys()].some((key) => key.startsWith(`${path}/`)));
      return !equalJson(there.get(path), value);
    });
    expect(wrong).toEqual([]);
  });

  test.each(cases.map((one) => [title(one), one] as const))(
    "and loses nothing that was given: %s",
    (_title, { given, stored }) => {
      const here = new Set(leaves(kept(given)).map(([path]) => path));
      const lost = leaves(stored).filter(([path]) => !here.has(path) && !set.test(path));
      const was = new Map(leaves(given));
      expect(lost.filter(([path]) => was.has(path) && !empty(was.get(path) ?? null))).toEqual([]);
    },
  );
});

describe("reading", () => {
  const all = [...fixture("workloads.yaml"), ...fixture("platform.yaml")];

  test.each(all.map(({ ref, body }) => [`${ref.kind} of ${ref.apiVersion}`, body] as const))(
    "an object that was read before changes nothing: %s",
    (_title, body) => {
      const codec = codecOf(body);
      const once = codec.read(body);
      expect(once.strict).toEqual([]);
      const whole = codec.withDefaults(once.object);
      expect(codec.read(whole)).toEqual({ object: whole, strict: [] });
      expect(codec.withDefaults(whole)).toEqual(whole);
      expect(codec.validate(whole)).toEqual([]);
    },
  );

  test("neither reading nor defaults change what was given", () => {
    const body = { apiVersion: "v1", kind: "Service", metadata: {}, spec: { ports: [{ port: 80 }] } };
    const before = structuredClone(body);
    const codec = codecOf(body);
    const { object } = codec.read(body);
    const read = structuredClone(object);
    const whole = codec.withDefaults(object) as { spec: { ports: object[] } };
    expect(whole.spec.ports).toEqual([{ port: 80, protocol: "TCP", targetPort: 0 }]);
    expect(object).toEqual(read);
    expect(body).toEqual(before);
  });

  test("what is always written has its zero all the way down", () => {
    const { object } = codecOf({ apiVersion: "apps/v1", kind: "Deployment" }).read({
      apiVersion: "apps/v1",
      kind: "Deployment",
    });
    expect(object).toEqual({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: {},
      spec: { selector: null, strategy: {}, template: { metadata: {}, spec: { containers: null } } },
      status: {},
    });
  });

  test("keys of maps are data, whatever they are", () => {
    const body = JSON.parse(
      '{"apiVersion":"v1","kind":"ConfigMap","data":{"__proto__":"a","constructor":"b"}}',
    ) as JsonObject;
    const codec = codecOf(body);
    const { object } = codec.read(body);
    expect(Object.entries(codec.withDefaults(object).data as JsonObject)).toEqual([
      ["__proto__", "a"],
      ["constructor", "b"],
    ]);
    expect(codec.read({ ...body, ...(JSON.parse('{"__proto__": 1}') as JsonObject) }).strict).toEqual([
      'unknown field "__proto__"',
    ]);
  });

  test("integers beyond 2^53 stay exact", () => {
    const body: JsonObject = {
      apiVersion: "v1",
      kind: "Pod",
      spec: { activeDeadlineSeconds: 9223372036854775807n },
    };
    expect(codecOf(body).read(body).object.spec).toMatchObject({
      activeDeadlineSeconds: 9223372036854775807n,
    });
  });
});
