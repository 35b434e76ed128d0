/**
 * What `scripts/record-merges.ts` does to a real API server: stories of several managers writing one object each. What
 * the server made of each step is in fixtures/recorded.json.
 */
import type { Json, JsonObject } from "../../src/json.js";

/** A write: `create` is a POST, `patch` is a JSON merge patch, `put` replaces the live object by itself with the top-level fields given. */
export interface Step {
  by: string;
  does: "create" | "apply" | "force" | "patch" | "put";
  subresource?: string;
  sends: JsonObject;
}

export interface Story {
  name: string;
  apiVersion: string;
  kind: string;
  plural: string;
  steps: Step[];
}

export const namespace = "merge-stories";
export const group = "merge.kapply.example";

const list = (items: Json, type: string, keys?: string[]): JsonObject => ({
  type: "array",
  items,
  "x-kubernetes-list-type": type,
  ...(keys === undefined ? {} : { "x-kubernetes-list-map-keys": keys }),
});
const string = { type: "string" };

/** The schema of the custom resource in the stories. */
export const widgetSchema: JsonObject = {
  type: "object",
  properties: {
    spec: {
      type: "object",
      properties: {
        size: { type: "integer" },
        colours: list(string, "set"),
        args: list(string, "atomic"),
        ports: list(
          {
            type: "object",
            required: ["port"],
            properties: {
              port: { type: "integer" },
              protocol: { type: "string", default: "TCP" },
              name: string,
              hosts: list(string, "set"),
            },
          },
          "map",
          ["port", "protocol"],
        ),
        selector: { type: "object", additionalProperties: string, "x-kubernetes-map-type": "atomic" },
        limits: { type: "object", additionalProperties: { "x-kubernetes-int-or-string": true } },
        extra: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
        note: { type: "string", nullable: true },
      },
    },
    status: { type: "object", properties: { ready: { type: "boolean" } } },
  },
};

export const widgets: JsonObject = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: `widgets.${group}` },
  spec: {
    group,
    scope: "Namespaced",
    names: { plural: "widgets", kind: "Widget" },
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: { openAPIV3Schema: widgetSchema },
      },
    ],
  },
};

const step = (does: Step["does"], by: string, sends: JsonObject, subresource?: string): Step => ({
  by,
  does,
  sends,
  ...(subresource === undefined ? {} : { subresource }),
});

const configMaps = (name: string, steps: Step[]): Story => ({
  name,
  apiVersion: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  steps,
});

const container = (fields: JsonObject): JsonObject => ({ name: "web", image: "nginx:1", ...fields });
const pods = (containers: Json[], replicas?: number): JsonObject => ({
  spec: {
    ...(replicas === undefined ? {} : { replicas }),
    selector: { matchLabels: { app: "web" } },
    template: { metadata: { labels: { app: "web" } }, spec: { containers } },
  },
});
const sidecar = (fields: JsonObject): JsonObject => ({
  spec: { template: { spec: { containers: [{ name: "sidecar", ...fields }] } } },
});
const widget = (spec: Json, more: JsonObject = {}): JsonObject => ({ spec, ...more });

export const stories: Story[] = [
  configMaps("a field is shared, then dropped by one and by the other", [
    step("apply", "ann", { data: { a: "1", b: "2" } }),
    step("apply", "bob", { data: { a: "1" } }),
    step("apply", "ann", { data: { b: "2" } }),
    step("apply", "bob", { data: { c: "3" } }),
    step("apply", "bob", { metadata: { labels: { x: "y" } } }),
    step("apply", "ann", { data: {} }),
  ]),
  configMaps("a conflict, and taking over by force", [
    step("apply", "ann", { data: { a: "1", b: "2" }, metadata: { annotations: { "who/am-i": "ann" } } }),
    step("apply", "bob", { data: { a: "one", b: "two" } }),
    step("force", "bob", { data: { a: "one", b: "two" } }),
    step("apply", "ann", { data: { a: "1" } }),
    step("apply", "ann", { data: { b: "two" } }),
  ]),
  configMaps("updates own what they change", [
    step("apply", "ann", { data: { a: "1", b: "2" }, metadata: { labels: { app: "x" } } }),
    step("patch", "eve", { data: { a: "one", c: "three" } }),
    step("apply", "ann", { data: { a: "1", b: "2" } }),
    step("force", "ann", { data: { a: "1", b: "2", c: "3" } }),
    step("patch", "eve", { data: { b: null, c: "3" }, metadata: { finalizers: ["x.example/y"] } }),
    step("patch", "eve", { metadata: { finalizers: null } }),
    step("put", "joe", { data: { z: "26" } }),
    step("apply", "ann", { data: { a: "1", z: "26" } }),
  ]),
  configMaps("managed fields are reset", [
    step("apply", "ann", { data: { a: "1" } }),
    step("patch", "eve", { metadata: { managedFields: [{}] } }),
    step("patch", "eve", { data: { b: "2" } }),
    step("apply", "ann", { data: { a: "1", c: "3" } }),
    step("apply", "ann", { data: { c: "3" } }),
  ]),
  {
    name: "a Deployment of several managers",
    apiVersion: "apps/v1",
    kind: "Deployment",
    plural: "deployments",
    steps: [
      step("apply", "ann", {
        ...pods(
          [
            container({
              args: [],
              env: [
                { name: "A", value: "" },
                { name: "B", value: "b" },
              ],
              ports: [{ containerPort: 8080 }, { containerPort: 53, protocol: "UDP" }],
              resources: { limits: { cpu: "1000m", memory: "1Gi" } },
            }),
          ],
          1,
        ),
      }),
      step("apply", "mesh", sidecar({ image: "proxy:1", env: [{ name: "LEVEL", value: "info" }] })),
      step("patch", "scaler", { spec: { replicas: 3 } }),
      step("apply", "ann", pods([container({ ports: [{ containerPort: 8080 }] })], 1)),
      step("apply", "ann", pods([container({ ports: [{ containerPort: 8080 }] })])),
      step("apply", "mesh", {
        spec: { template: { spec: { containers: [{ name: "web", image: "nginx:2" }] } } },
      }),
      step("force", "mesh", {
        spec: { template: { spec: { containers: [{ name: "web", image: "nginx:2" }] } } },
      }),
      step("apply", "ann", pods([container({ image: "nginx:2", ports: [{ containerPort: 8080 }] })])),
    ],
  },
  {
    name: "ports of a Service",
    apiVersion: "v1",
    kind: "Service",
    plural: "services",
    steps: [
      step("apply", "ann", { spec: { selector: { app: "web" }, ports: [{ port: 80, name: "http" }] } }),
      step("apply", "bob", { spec: { ports: [{ port: 53, protocol: "UDP", name: "dns" }] } }),
      step("apply", "bob", { spec: { ports: [{ port: 80, name: "web" }] } }),
      step("apply", "bob", { spec: { ports: [{ port: 443, name: "https", targetPort: "tls" }] } }),
      step("apply", "ann", {
        spec: { selector: { app: "web", tier: "front" }, ports: [{ port: 80, name: "http" }] },
      }),
    ],
  },
  {
    name: "lists and maps of a custom resource",
    apiVersion: `${group}/v1`,
    kind: "Widget",
    plural: "widgets",
    steps: [
      step(
        "apply",
        "ann",
        widget({
          size: 1,
          colours: ["red", "green"],
          args: ["a"],
          ports: [{ port: 80 }, { port: 80, protocol: "UDP", hosts: ["x"] }],
          selector: { app: "a" },
          limits: { cpu: 1, memory: "1Gi" },
          extra: { any: { thing: [1, 2] } },
        }),
      ),
      step(
        "apply",
        "bob",
        widget({
          colours: ["blue", "red"],
          ports: [
            { port: 443, name: "tls" },
            { port: 80, name: "web" },
          ],
          limits: { disk: "1Ti" },
          extra: { more: true },
        }),
      ),
      step("apply", "bob", widget({ args: ["b"], selector: { app: "b" }, size: 2 })),
      step(
        "force",
        "bob",
        widget({
          args: ["b"],
          selector: { app: "b" },
          ports: [{ port: 80, hosts: ["y"] }],
          colours: ["red"],
        }),
      ),
      step("apply", "ann", widget({ size: 1, colours: ["green"], ports: [{ port: 80, protocol: "UDP" }] })),
      step("apply", "bob", widget({ colours: [], ports: [], note: null, extra: {} })),
      step("apply", "ann", widget({ size: 1, note: null })),
    ],
  },
  {
    name: "the status is written by its own requests",
    apiVersion: `${group}/v1`,
    kind: "Widget",
    plural: "widgets",
    steps: [
      step("apply", "ann", widget({ size: 1 }, { status: { ready: false } })),
      step("apply", "ctl", widget({ size: 2 }, { status: { ready: true } }), "status"),
      step("apply", "ann", widget({ size: 1 }, { status: { ready: false } })),
      step("apply", "ops", { status: { ready: false } }, "status"),
      step("patch", "eve", { spec: { size: 7 }, status: { ready: false } }, "status"),
      step("put", "joe", { spec: { size: 9 }, status: { ready: true } }),
    ],
  },
  {
    name: "a ConfigMap is created",
    apiVersion: "v1",
    kind: "ConfigMap",
    plural: "configmaps",
    steps: [
      step("create", "eve", { data: { a: "1" }, metadata: { labels: { x: "y" } } }),
      step("apply", "ann", { data: { b: "2" } }),
    ],
  },
  {
    name: "a Deployment is created",
    apiVersion: "apps/v1",
    kind: "Deployment",
    plural: "deployments",
    steps: [
      step("create", "eve", pods([container({ env: [{ name: "A", value: "a" }] })], 1)),
      step("apply", "ann", pods([container({ image: "nginx:1" })], 1)),
    ],
  },
  {
    name: "a Service is created",
    apiVersion: "v1",
    kind: "Service",
    plural: "services",
    steps: [step("create", "eve", { spec: { selector: { app: "web" }, ports: [{ port: 80 }] } })],
  },
  {
    name: "a custom resource is created",
    apiVersion: `${group}/v1`,
    kind: "Widget",
    plural: "widgets",
    steps: [
      step(
        "create",
        "eve",
        widget({ colours: ["red"], extra: { a: { b: 1 } } }, { status: { ready: true } }),
      ),
      step("apply", "ann", widget({ colours: ["red", "blue"] })),
    ],
  },
  {
    name: "what does not fit the schema",
    apiVersion: `${group}/v1`,
    kind: "Widget",
    plural: "widgets",
    steps: [
      step("apply", "ann", widget({ size: "big", colours: ["red", "red"] })),
      step("apply", "ann", widget({ size: 1, ports: [{ port: 80 }, { port: 80, protocol: "TCP" }] })),
      step("apply", "ann", widget({ colours: { a: 1 }, ports: [null] })),
      step("apply", "ann", widget({ size: 1, unknown: true })),
    ],
  },
];
