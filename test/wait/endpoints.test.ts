import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/json.js";
import type { KubeObject } from "../../src/model.js";
import { endpointSliceSelector, needsSlices, parseFor, serviceReadiness } from "../../src/wait/index.js";
import { selectorText } from "../../src/wait/selector.js";
import { live, ready, waiting } from "./objects.js";

const db = (spec: JsonObject = {}): KubeObject =>
  live(
    "v1",
    "Service",
    { spec: { selector: { app: "db", tier: "data" }, ports: [{ port: 5432 }], ...spec } },
    { name: "db" },
  );
const endpoint = (isReady?: boolean): JsonObject => ({
  addresses: ["10.0.0.1"],
  conditions: isReady === undefined ? {} : { ready: isReady },
});
const slice = (
  endpoints: JsonObject[],
  ports: JsonObject[] | null = [{ name: "", port: 5432 }],
  metadata: JsonObject = {},
): KubeObject =>
  live(
    "discovery.k8s.io/v1",
    "EndpointSlice",
    { endpoints, ports },
    { name: "db-1", labels: { "kubernetes.io/service-name": "db" }, ...metadata },
  );

describe("a Service with endpoints", () => {
  test("is ready when one of them is", () => {
    expect(serviceReadiness(db(), [slice([endpoint(false), endpoint(true)])])).toEqual(ready);
    expect(serviceReadiness(db(), [slice([endpoint(false)]), slice([endpoint(true)])])).toEqual(ready);
  });
  test("is ready when nobody knows how its endpoint is", () => {
    expect(serviceReadiness(db(), [slice([endpoint()])])).toEqual(ready);
  });
  test("is not ready when none of them is", () => {
    expect(serviceReadiness(db(), [slice([endpoint(false)])])).toEqual(waiting("its endpoint is not ready"));
    expect(serviceReadiness(db(), [slice([endpoint(false), endpoint(false)])])).toEqual(
      waiting("none of its 2 endpoints is ready"),
    );
  });
  test("says why it has none", () => {
    const none = waiting("it has no endpoints: no Pod with app=db, tier=data has an address");
    expect(serviceReadiness(db(), [])).toEqual(none);
    expect(serviceReadiness(db(), [slice([], null)])).toEqual(none);
    expect(serviceReadiness(db(), [slice([{ addresses: [] }])])).toEqual(none);
    expect(serviceReadiness(db({ selector: null }), [])).toEqual(
      waiting("it has no endpoints: it has no selector, and no EndpointSlice was made for it"),
    );
  });
  test("needs one for each of its ports", () => {
    const ports = [
      { name: "http", port: 80 },
      { name: "metrics", port: 81 },
    ];
    const http = slice([endpoint(true)], [{ name: "http", port: 8080 }]);
    expect(serviceReadiness(db({ ports }), [http])).toEqual(
      waiting("no ready endpoint has its port metrics"),
    );
    expect(
      serviceReadiness(db({ ports }), [http, slice([endpoint(false)], [{ name: "metrics", port: 81 }])]),
    ).toEqual(waiting("no ready endpoint has its port metrics"));
    expect(
      serviceReadiness(db({ ports }), [http, slice([endpoint(true)], [{ name: "metrics", port: 81 }])]),
    ).toEqual(ready);
    expect(serviceReadiness(db(), [http])).toEqual(waiting("no ready endpoint has its port"));
  });
  test("that is headless needs only an address", () => {
    expect(serviceReadiness(db({ clusterIP: "None" }), [slice([endpoint(true)], null)])).toEqual(ready);
  });
  test("has none of another Service's, of another namespace's, or that are going", () => {
    const others = [
      slice([endpoint(true)], undefined, { labels: { "kubernetes.io/service-name": "db2" } }),
      slice([endpoint(true)], undefined, { namespace: "other" }),
      slice([endpoint(true)], undefined, { deletionTimestamp: "2026-01-01T00:00:00Z" }),
    ];
    expect(serviceReadiness(db(), others).is).toBe("waiting");
  });
  test("by another name (ExternalName) has none to wait for", () => {
    expect(serviceReadiness(db({ type: "ExternalName" }), [])).toEqual(ready);
  });
  test("has to be there", () => {
    expect(serviceReadiness(undefined, [])).toEqual(waiting("it does not exist"));
    const going = live("v1", "Service", {}, { name: "db", deletionTimestamp: "2026-01-01T00:00:00Z" });
    expect(serviceReadiness(going, [slice([endpoint(true)])])).toEqual(waiting("it is being deleted"));
  });
  test("has its EndpointSlices read by label, and only to be ready", () => {
    expect(selectorText(endpointSliceSelector("db"))).toBe("kubernetes.io/service-name=db");
    expect(needsSlices(parseFor("ready"), { group: "", kind: "Service" })).toBe(true);
    expect(needsSlices(parseFor("create"), { group: "", kind: "Service" })).toBe(false);
    expect(needsSlices(parseFor("ready"), { group: "serving.knative.dev", kind: "Service" })).toBe(false);
  });
});
