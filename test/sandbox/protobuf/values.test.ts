import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { getPath, type Json, type JsonObject } from "../../../src/json.js";
import { readProtobuf } from "../../../src/sandbox/protobuf/index.js";
import { body, double, entry, field, int, varint, type Bytes } from "./encode.js";

const unsaid = { apiVersion: "", kind: "" };
const read = (apiVersion: string, kind: string, ...object: Bytes[]): JsonObject =>
  readProtobuf(body(apiVersion, kind, ...object), unsaid).value;

describe("numbers", () => {
  const seconds = (value: number | bigint): Json | undefined =>
    read("v1", "DeleteOptions", int(1, value))["gracePeriodSeconds"];
  const port = (value: number | bigint): Json | undefined =>
    getPath(read("v1", "Service", field(2, field(1, int(3, value)))), ["spec", "ports", 0, "port"]);

  it("of 64 bits are exact", () => {
    const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    fc.assert(
      fc.property(int64, (value) => {
        const safe = Number.isSafeInteger(Number(value));
        expect(seconds(value)).toBe(safe ? Number(value) : value);
      }),
    );
  });

  it("of 32 bits are read as such, whatever is above them", () => {
    fc.assert(
      fc.property(fc.integer(), (value) => {
        expect(port(value)).toBe(value);
      }),
    );
    expect(port(2n ** 32n + 5n)).toBe(5);
    expect(port(0xffff_ffffn)).toBe(-1);
  });

  it("may take more bytes than they need", () => {
    const bytes = [0x08, 0x85, 0x80, 0x80, 0x00];
    expect(read("v1", "DeleteOptions", bytes)["gracePeriodSeconds"]).toBe(5);
  });

  it("that are true are all but zero", () => {
    const immutable = (bytes: Bytes) => read("v1", "ConfigMap", [0x20, ...bytes])["immutable"];
    expect([[1], [2], varint(-1)].map(immutable)).toEqual([true, true, true]);
    // The bit is beyond the 64th.
    expect([[0], [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 2]].map(immutable)).toEqual([
      false,
      false,
    ]);
  });

  it("with a fraction are read, and are numbers in JSON", () => {
    const maximum = (value: number) =>
      getPath(crd(double(9, value)), ["spec", "versions", 0, "schema", "openAPIV3Schema", "maximum"]);
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(maximum(value)).toBe(value);
      }),
    );
    expect(() => maximum(NaN)).toThrow("json: unsupported value: NaN");
    expect(() => maximum(-Infinity)).toThrow("json: unsupported value: -Inf");
  });

  it("in lists come one by one, many as one stretch, or both", () => {
    const groups = (...parts: Bytes[]) =>
      getPath(read("v1", "Pod", field(2, field(14, ...parts))), [
        "spec",
        "securityContext",
        "supplementalGroups",
      ]);
    expect(groups(int(4, 1), int(4, 300))).toEqual([1, 300]);
    expect(groups(field(4, varint(1), varint(300)), int(4, 5))).toEqual([1, 300, 5]);
    expect(groups(field(4))).toEqual([]);
  });
});

/** The CRD whose schema is that. */
function crd(...schema: Bytes[]): JsonObject {
  const version = field(7, field(4, field(1, ...schema)));
  return read("apiextensions.k8s.io/v1", "CustomResourceDefinition", field(2, version));
}

describe("text and bytes", () => {
  it("are text and base64", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 1 }), fc.uint8Array(), (text, bytes) => {
        const { data, binaryData } = read("v1", "ConfigMap", entry(2, "k", text), entry(3, "k", [...bytes]));
        expect(data).toEqual({ k: text });
        expect(binaryData).toEqual({ k: Buffer.from(bytes).toString("base64") });
      }),
    );
  });
});

describe("types that are no objects in JSON", () => {
  it("Quantity is text", () => {
    const hard = (...value: Bytes[]) =>
      getPath(read("v1", "ResourceQuota", field(2, field(1, field(1, "cpu"), ...value))), [
        "spec",
        "hard",
        "cpu",
      ]);
    expect(hard(field(2, field(1, "1500m")))).toBe("1500m");
    expect(hard(field(2))).toBe("0");
    expect(hard()).toBe("0");
  });

  it("IntOrString is what its type says", () => {
    const minAvailable = (...value: Bytes[]) =>
      getPath(read("policy/v1", "PodDisruptionBudget", field(2, field(1, ...value))), [
        "spec",
        "minAvailable",
      ]);
    expect(minAvailable(int(1, 0), int(2, 3), field(3, "50%"))).toBe(3);
    expect(minAvailable(int(1, 1), int(2, 3), field(3, "50%"))).toBe("50%");
    expect(minAvailable(int(2, -1))).toBe(-1);
    expect(minAvailable()).toBe(0);
    expect(() => minAvailable(int(1, 2))).toThrow("impossible IntOrString.Type");
  });

  it("Time has whole seconds, and the first of all is none", () => {
    const deleted = (...value: Bytes[]) =>
      getPath(read("v1", "ConfigMap", field(1, field(9, ...value))), ["metadata", "deletionTimestamp"]);
    expect(deleted(int(1, 1_700_000_000), int(2, 999_999_999))).toBe("2023-11-14T22:13:20Z");
    expect(deleted(int(1, -1))).toBe("1969-12-31T23:59:59Z");
    expect(deleted(int(1, 253_402_300_799))).toBe("9999-12-31T23:59:59Z");
    expect(deleted()).toBeNull();
    expect(deleted(int(1, -62_135_596_800))).toBeNull();
    expect(() => deleted(int(1, 253_402_300_800))).toThrow("year outside of range");
    expect(() => deleted(int(1, 2n ** 62n))).toThrow("year outside of range");
  });

  // As the real server answered.
  it("MicroTime has six digits", () => {
    const acquired = (...value: Bytes[]) =>
      getPath(read("coordination.k8s.io/v1", "Lease", field(2, field(3, ...value))), ["spec", "acquireTime"]);
    const seconds = int(1, 1_700_000_000);
    expect(acquired(seconds, int(2, 123_456_789))).toBe("2023-11-14T22:13:20.123456Z");
    expect(acquired(seconds, int(2, -1500))).toBe("2023-11-14T22:13:19.999999Z");
    expect(acquired(seconds, int(2, 2_147_483_647))).toBe("2023-11-14T22:13:22.147483Z");
    expect(acquired(seconds)).toBe("2023-11-14T22:13:20.000000Z");
    expect(acquired()).toBeNull();
  });

  it("RawExtension is the JSON in it, and exact", () => {
    const data = (...value: Bytes[]) => read("apps/v1", "ControllerRevision", field(2, ...value))["data"];
    expect(data(field(1, '{"a": [9007199254740993]}'))).toEqual({ a: [9007199254740993n] });
    expect(data()).toBeNull();
    expect(() => data(field(1, "{nope"))).toThrow("error decoding object from json");
  });

  it("the fields of a manager are JSON too, and nothing where they are none", () => {
    const fields = (text: string) =>
      getPath(read("v1", "ConfigMap", field(1, field(17, field(7, field(1, text))))), [
        "metadata",
        "managedFields",
        0,
        "fieldsV1",
      ]);
    expect(fields('{"f:data":{}}')).toEqual({ "f:data": {} });
    expect(fields("{nope")).toEqual({});
  });

  it("the parts of a CRD's schema are what they are in JSON", () => {
    const schema = (...fields: Bytes[]) =>
      getPath(crd(...fields), ["spec", "versions", 0, "schema", "openAPIV3Schema"]);
    const text = field(5, "string");
    expect(schema(field(8, field(1, "7.50")))).toEqual({ default: 7.5 });
    expect(schema(field(30, int(1, 0)))).toEqual({ additionalProperties: false });
    expect(schema(field(30, int(1, 1)))).toEqual({ additionalProperties: true });
    expect(schema(field(30, int(1, 0), field(2, text)))).toEqual({
      additionalProperties: { type: "string" },
    });
    expect(schema(field(24, field(1, text)))).toEqual({ items: { type: "string" } });
    expect(schema(field(24, field(2, text), field(2, text)))).toEqual({
      items: [{ type: "string" }, { type: "string" }],
    });
    expect(schema(field(24))).toEqual({ items: null });
    expect(schema(entry(32, "a", field(2, "b")))).toEqual({ dependencies: { a: ["b"] } });
  });
});

describe("messages that JSON has no name for", () => {
  it("have their fields in the object around them", () => {
    const volume = field(1, field(1, "v"), field(2, field(19, field(1, field(1, "settings")))));
    expect(read("v1", "Pod", field(2, volume))["spec"]).toEqual({
      volumes: [{ name: "v", configMap: { name: "settings" } }],
    });
  });

  it("may be in each other", () => {
    const rule = field(2, field(2, field(3, "pods")), field(1, "CREATE"));
    const policy = read(
      "admissionregistration.k8s.io/v1",
      "ValidatingAdmissionPolicy",
      field(2, field(2, field(3, rule, field(1, "only")))),
    );
    expect(getPath(policy, ["spec", "matchConstraints", "resourceRules"])).toEqual([
      { resourceNames: ["only"], operations: ["CREATE"], resources: ["pods"] },
    ]);
  });

  it("hold the lists that are values of a map", () => {
    const user = field(1, entry(4, "scopes", [...field(1, "a"), ...field(1, "b")]), entry(4, "none", []));
    const review = read("authentication.k8s.io/v1", "SelfSubjectReview", field(2, user));
    expect(getPath(review, ["status", "userInfo", "extra"])).toEqual({ scopes: ["a", "b"], none: [] });
  });
});

describe("depth", () => {
  const nested = (count: number): Bytes => {
    let schema: Bytes = field(5, "object");
    for (let at = 0; at < count; at += 1) schema = entry(29, "n", schema);
    return schema;
  };
  it("of 400 schemas is read, and of 600 refused", () => {
    expect(JSON.stringify(crd(nested(400))).match(/"n":/g)).toHaveLength(400);
    expect(() => crd(nested(600))).toThrow("exceeded max depth");
  });
});
