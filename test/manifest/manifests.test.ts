import { describe, expect, test } from "vitest";
import { manifestsOf } from "../../src/manifest/index.js";
import { readYaml } from "../yaml/sync.js";

function read(text: string) {
  const { documents, problems } = readYaml(text, "x.yaml");
  expect(problems).toEqual([]);
  return manifestsOf(documents);
}

/** Problems as `code line:column path: message (hint)`. */
function told(text: string): string[] {
  return read(text).problems.map(({ code, place, path, message, hint }) => {
    return `${code} ${place.line}:${place.column} ${path}: ${message}${hint === undefined ? "" : ` (${hint})`}`;
  });
}

const web = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\n";

describe("a document is a manifest", () => {
  test("with its reference, its body and its places", () => {
    const { manifests, problems } = read(`# c\n${web}  namespace: shop\ndata: {a: b}\n---\n${web}`);
    expect(problems).toEqual([]);
    expect(manifests.map(({ ref, place }) => [ref, place.line])).toEqual([
      [{ apiVersion: "v1", kind: "ConfigMap", namespace: "shop", name: "web" }, 2],
      [{ apiVersion: "v1", kind: "ConfigMap", name: "web" }, 9],
    ]);
    expect(manifests[0]?.body).toMatchObject({ data: { a: "b" } });
    expect(manifests[0]?.placeOf(["data", "a"])).toEqual({ source: "x.yaml", line: 7, column: 11 });
  });

  test("an empty or null namespace is none", () => {
    for (const namespace of ["''", "null", ""]) {
      expect(read(`${web}  namespace: ${namespace}\n`).manifests[0]?.ref).toEqual({
        apiVersion: "v1",
        kind: "ConfigMap",
        name: "web",
      });
    }
  });
});

describe("lists are taken apart", () => {
  const list = `apiVersion: v1\nkind: List\nmetadata:\n  name: ignored\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata:\n    name: a\n  data:\n    k: v\n- apiVersion: v1\n  kind: List\n  items:\n  - {apiVersion: v1, kind: Secret, metadata: {name: b}}\n`;

  test("lists in lists, with places inside the items", () => {
    const { manifests, problems } = read(list);
    expect(problems).toEqual([]);
    expect(
      manifests.map(({ ref, place }) => `${ref.kind} ${ref.name} ${place.line}:${place.column}`),
    ).toEqual(["ConfigMap a 6:3", "Secret b 15:5"]);
    expect(manifests[0]?.placeOf(["data", "k"])).toEqual({ source: "x.yaml", line: 11, column: 8 });
    expect(manifests[1]?.placeOf(["metadata", "name"]).line).toBe(15);
  });

  test("typed lists give their items a kind and a version where they have none", () => {
    const { manifests, problems } = read(
      "apiVersion: apps/v1\nkind: DeploymentList\nitems:\n- metadata: {name: a}\n",
    );
    expect(problems).toEqual([]);
    expect(manifests[0]?.ref).toEqual({ apiVersion: "apps/v1", kind: "Deployment", name: "a" });
    expect(Object.keys(manifests[0]?.body ?? {})).toEqual(["apiVersion", "kind", "metadata"]);
  });

  test("an empty list is nothing, and a kind that ends in List without items is an object", () => {
    expect(read("apiVersion: v1\nkind: List\nitems: []\n")).toEqual({ manifests: [], problems: [] });
    expect(read("apiVersion: e.dev/v1\nkind: AllowList\nmetadata: {name: a}\n").manifests).toHaveLength(1);
  });

  test("a problem in an item names the item", () => {
    expect(
      told("apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  metadata: {name: a}\n- text\n"),
    ).toEqual([
      "missing-field 4:3 items[0].kind: the object has no kind (add a line such as kind: ConfigMap)",
      "not-an-object 6:3 items[1]: items[1] is a text, not a Kubernetes object (a Kubernetes object is a mapping with apiVersion, kind and metadata)",
    ]);
  });
});

describe("what keeps a document from being an object with a name", () => {
  test.each<[string, string, string[]]>([
    [
      "a text",
      "hello\n",
      [
        "not-an-object 1:1 : this document is a text, not a Kubernetes object (a Kubernetes object is a mapping with apiVersion, kind and metadata)",
      ],
    ],
    [
      "a list",
      "- apiVersion: v1\n",
      [
        "not-an-object 1:1 : this document is a list, not a Kubernetes object (put a line `---` between objects, or wrap them in a List)",
      ],
    ],
    [
      "nothing that is needed",
      "metadata: {}\n",
      [
        "missing-field 1:1 apiVersion: the object has no apiVersion (add a line such as apiVersion: v1)",
        "missing-field 1:1 kind: the object has no kind (add a line such as kind: ConfigMap)",
        "missing-field 1:11 metadata.name: the object has no metadata.name (add a name under metadata)",
      ],
    ],
    [
      "values of a Helm chart",
      "replicas: 1\n",
      [
        "not-an-object 1:1 : this document has none of apiVersion, kind and metadata: it is no Kubernetes object (if it belongs to another tool, as Helm's values do, keep it out of what -f names)",
      ],
    ],
    [
      "an input of kustomize",
      "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [a.yaml]\n",
      [
        "not-an-object 1:1 : this is an input of kustomize, not an object of a cluster (render it: kubectl kustomize DIR | kapply apply -f -)",
      ],
    ],
    [
      "values of the wrong type",
      "apiVersion: 1\nkind: [Pod]\nmetadata: web\n",
      [
        "wrong-type 1:13 apiVersion: apiVersion is a number, where text is expected (put it in quotes)",
        "wrong-type 2:7 kind: kind is a list, where text is expected",
        "wrong-type 3:11 metadata: metadata is a text, where a mapping is expected",
      ],
    ],
    [
      "a name that is a number, a namespace that is a boolean",
      "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: 0644\n  namespace: yes\n",
      [
        "wrong-type 4:9 metadata.name: metadata.name is a number, where text is expected (put it in quotes)",
        "wrong-type 5:14 metadata.namespace: metadata.namespace is a boolean, where text is expected (put it in quotes)",
      ],
    ],
    [
      "no name",
      "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  labels: {}\n",
      ["missing-field 3:1 metadata.name: the ConfigMap has no metadata.name (add a name under metadata)"],
    ],
    [
      "a generated name",
      "apiVersion: batch/v1\nkind: Job\nmetadata:\n  generateName: run-\n",
      [
        "missing-field 4:17 metadata.name: the Job has metadata.generateName and no name: server-side apply needs to know which object it is about (give it a name of its own, or create it by `kubectl create`)",
      ],
    ],
    [
      "an empty kind",
      "apiVersion: v1\nkind:\nmetadata: {name: web}\n",
      ["missing-field 2:6 kind: the object has no kind (add a line such as kind: ConfigMap)"],
    ],
  ])("%s", (_name, text, problems) => {
    expect(told(text)).toEqual(problems);
    expect(read(text).manifests).toEqual([]);
  });

  test("keys that objects inherit are not taken for fields", () => {
    expect(told("__proto__: {apiVersion: v1, kind: Pod, metadata: {name: a}}\nkind: Pod\n")).toHaveLength(2);
  });
});
