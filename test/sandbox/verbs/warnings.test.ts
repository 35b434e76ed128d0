/** What a server warns of, in its words. */
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../../src/json.js";
import { objectWarnings } from "../../../src/sandbox/verbs/warnings/index.js";

const deployment = (spec: JsonObject, generation = 1, name = "d"): JsonObject => ({
  metadata: { name, generation },
  spec: { template: { spec } },
});
const warned = (spec: JsonObject): string[] => objectWarnings("deployments.apps", deployment(spec));

describe("warnings about pods", () => {
  test.each<[string, JsonObject, string[]]>([
    [
      "one port twice",
      {
        initContainers: [{ ports: [{ containerPort: 80, protocol: "TCP" }] }],
        containers: [
          {
            ports: [
              { containerPort: 80, protocol: "TCP" },
              { containerPort: 80, protocol: "UDP" },
            ],
          },
        ],
      },
      [
        "spec.template.spec.containers[0].ports[0]: duplicate port definition with spec.template.spec.initContainers[0].ports[0]",
      ],
    ],
    [
      "one name of two ports",
      {
        containers: [
          { ports: [{ containerPort: 80, name: "http" }] },
          { ports: [{ containerPort: 81, name: "http" }] },
        ],
      },
      [
        'spec.template.spec.containers[1].ports[0]: duplicate port name "http" with spec.template.spec.containers[0].ports[0], services and probes that select ports by name will use spec.template.spec.containers[0].ports[0]',
      ],
    ],
    [
      "a variable that hides another, and one that builds on it",
      {
        containers: [
          {
            env: [
              { name: "A", value: "1" },
              { name: "A", value: "2" },
            ],
          },
          {
            env: [
              { name: "B", value: "1" },
              { name: "B", value: "$(B)2" },
            ],
          },
        ],
      },
      [
        'spec.template.spec.containers[0].env[1]: hides previous definition of "A", which may be dropped when using apply',
      ],
    ],
    [
      "memory in thousandths",
      { containers: [{ resources: { limits: { memory: "100m" }, requests: { cpu: "100m" } } }] },
      [
        'spec.template.spec.containers[0].resources.limits[memory]: fractional byte value "100m" is invalid, must be an integer',
      ],
    ],
    [
      "a constraint that selects nothing",
      { topologySpreadConstraints: [{ topologyKey: "zone" }] },
      [
        "spec.template.spec.topologySpreadConstraints[0].labelSelector: a null labelSelector results in matching no pod",
      ],
    ],
    [
      "hosts and secrets twice",
      {
        hostAliases: [{ ip: "1.1.1.1" }, { ip: "1.1.1.1" }],
        imagePullSecrets: [{ name: "x" }, { name: "x" }, {}],
      },
      [
        'spec.template.spec.hostAliases[1].ip: duplicate ip "1.1.1.1"',
        'spec.template.spec.imagePullSecrets[1].name: duplicate name "x"',
        'spec.template.spec.imagePullSecrets[2].name: invalid empty name ""',
      ],
    ],
    ["nothing", { containers: [{ name: "one" }] }, []],
  ])("%s", (_title, spec, warnings) => {
    expect(warned(spec)).toEqual(warnings);
  });

  test("are told of a changed workload only when its spec changed", () => {
    const spec = { imagePullSecrets: [{}] };
    const live = deployment(spec);
    expect(objectWarnings("deployments.apps", deployment(spec), live)).toEqual([]);
    expect(objectWarnings("deployments.apps", deployment(spec, 2), live)).toHaveLength(1);
  });

  test("a name that is no label", () => {
    expect(objectWarnings("deployments.apps", deployment({}, 1, "a.b"))).toEqual([
      "metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: [must not contain dots]",
    ]);
  });
});

test.each<[JsonObject, string[]]>([
  [
    { type: "ClusterIP", clusterIP: "None", sessionAffinity: "ClientIP" },
    ["spec.SessionAffinity is ignored for headless services"],
  ],
  [
    { type: "ClusterIP", sessionAffinity: "None", externalName: "a.example" },
    ['spec.externalName is ignored when spec.type is not "ExternalName"'],
  ],
  [{ type: "ExternalName", sessionAffinity: "None", externalName: "a.example" }, []],
])("a Service of %j", (spec, warnings) => {
  expect(objectWarnings("services", { spec })).toEqual(warnings);
});
