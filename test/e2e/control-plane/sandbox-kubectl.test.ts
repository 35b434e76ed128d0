/** The real kubectl on the sandbox: every command says what it says on a real API server. */
import { spawn } from "node:child_process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isObject } from "../../../src/json.js";
import { kubectlEnv, type KubectlCluster } from "../../cluster/kubectl.js";
import { sleep } from "../../cluster/run.js";
import { configMap, crd } from "../kapply.js";
import { startPair, type Pair } from "./pair.js";

let pair: Pair;
beforeAll(async () => {
  pair = await startPair();
  for (const cluster of [pair.real, pair.sandbox]) {
    const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "story" } };
    await cluster.create("/api/v1/namespaces", namespace);
    const set = await cluster.kubectl(["apply", "--server-side", "-n", "story", "-f", "-"], scene);
    expect(set).toMatchObject({ status: 0 });
  }
});
afterAll(() => pair.stop());

interface Said {
  status: number;
  stdout: string;
  stderr: string;
}

/** Runs the command on both, one after the other on each, and compares what they say. Gives the real one's words. */
async function same(args: readonly string[], input = "", tidy = normal): Promise<Said> {
  const say = async (cluster: KubectlCluster): Promise<Said> => {
    const { status, stdout, stderr } = await cluster.kubectl(args, input, { env: { KUBE_EDITOR: editor } });
    return { status, stdout: tidy(stdout, cluster), stderr: normal(stderr, cluster) };
  };
  const [real, sandbox] = await Promise.all([say(pair.real), say(pair.sandbox)]);
  expect(sandbox).toEqual(real);
  return real;
}

// Without spaces: kubectl splits the command by them.
const editor = "sed -i /size/s/4/5/";

/** Without what differs from server to server, and from second to second. */
function normal(text: string, { server, host, port, dir }: KubectlCluster): string {
  return text
    .replaceAll(server, "<server>")
    .replaceAll(dir, "<folder>")
    .replaceAll(`${host}:${port}`, "<server>")
    .replace(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, "<uid>")
    .replace(/\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?( ?[-+]\d{4}|Z)?/g, "<time>")
    .replace(/\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d [-+]\d{4}/g, "<time>")
    .replace(/\b10(\.\d+){3}\b/g, "<address>")
    .replace(/(resourceVersion"?: ?"|Resource Version: +)\d+/g, "$1<version>")
    .replace(/\b(3[0-2]\d{3})\b/g, "<port>")
    .replace(/\b(LIVE|MERGED)-\d+/g, "$1")
    .replace(/kubectl-edit-\S+/g, "<file>")
    .replace(/(?<=\s)(\d+[smh])+(?=\s|$)/gm, "<age>")
    .replace(/[ \t]+/g, " ")
    .replace(/ +$/gm, "");
}

/** JSON whose keys may come in any order. */
function unordered(text: string, cluster: KubectlCluster): string {
  const sorted = (_key: string, value: unknown): unknown =>
    isObject(value) ? Object.fromEntries(Object.entries(value).sort()) : value;
  return normal(JSON.stringify(JSON.parse(text), sorted), cluster);
}

/** The names and types of `explain`: the sandbox has no descriptions, as the schemas that kapply carries have none. */
function structure(text: string, cluster: KubectlCluster): string {
  return normal(text, cluster)
    .split("\n")
    .filter((line) => /^ ?(KIND|GROUP|VERSION|FIELDS?):|^ *[\w$-]+ <[^>]+>/.test(line))
    .join("\n");
}

/** What is there before the first command. */
const scene = [
  configMap("settings", { a: "1", b: "2" }),
  "apiVersion: v1\nkind: Secret\nmetadata: { name: password }\nstringData: { word: x }\n",
  "apiVersion: v1\nkind: ServiceAccount\nmetadata: { name: robot }\n",
  `apiVersion: apps/v1
kind: Deployment
metadata: { name: plain, labels: { app: plain } }
spec:
  replicas: 2
  selector: { matchLabels: { app: plain } }
  template:
    metadata: { labels: { app: plain } }
    spec: { containers: [{ name: nginx, image: "nginx:1", ports: [{ containerPort: 80 }] }] }
`,
  `apiVersion: v1
kind: Service
metadata: { name: plain, labels: { app: plain } }
spec: { selector: { app: plain }, ports: [{ name: 80-8080, port: 80, targetPort: 8080 }] }
`,
  "apiVersion: v1\nkind: Service\nmetadata: { name: outside }\nspec: { type: NodePort, ports: [{ port: 80 }] }\n",
  `apiVersion: batch/v1
kind: Job
metadata: { name: once }
spec: { template: { spec: { restartPolicy: Never, containers: [{ name: once, image: busybox }] } } }
`,
  `apiVersion: batch/v1
kind: CronJob
metadata: { name: often }
spec:
  schedule: "*/5 * * * *"
  jobTemplate: { spec: { template: { spec: { restartPolicy: Never, containers: [{ name: often, image: busybox }] } } } }
`,
  `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: reader }
rules: [{ apiGroups: [""], resources: [configmaps], verbs: [get, list] }]
`,
  `apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: readers }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader }
subjects: [{ kind: ServiceAccount, name: robot, namespace: story }]
`,
  `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: web }
spec: { rules: [{ host: example.com, http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: web, port: { number: 80 } } } }] } }] }
`,
  "apiVersion: v1\nkind: ResourceQuota\nmetadata: { name: small }\nspec: { hard: { configmaps: 50 } }\n",
  `apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: web }
spec: { minAvailable: 1, selector: { matchLabels: { app: web } } }
`,
].join("---\n");

type Row = [title: string, args: string, input?: string, status?: number];

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web, labels: { app: web } }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - { name: web, image: "nginx:1", ports: [{ containerPort: 80 }], env: [{ name: A, value: "1" }] }
`;
const service = `apiVersion: v1
kind: Service
metadata: { name: web }
spec: { selector: { app: web }, ports: [{ port: 80, targetPort: 8080 }] }
`;
const gadgets = crd(
  "shop.example",
  "Gadget",
  "{ type: object, properties: { size: { type: integer }, tags: { type: array, items: { type: string } } } }",
)
  .replace(
    "      served: true\n",
    `      served: true
      additionalPrinterColumns: [{ name: Size, type: integer, jsonPath: .spec.size }]
`,
  )
  .replace("names: { ", "names: { shortNames: [gd], categories: [all], ");
const gadget = `apiVersion: shop.example/v1
kind: Gadget
metadata: { name: one }
spec: { size: 3 }
`;

/** Runs the rows as tests, in their order, in the namespace `story`. */
function story(rows: readonly Row[], tidy = normal): void {
  test.each(rows)("%s: kubectl %s", async (_title, args, input = "", status = 0) => {
    const words = args.match(/'[^']*'|\S+/g) ?? [];
    const said = await same(["-n", "story", ...words.map((word) => word.replaceAll("'", ""))], input, tidy);
    expect(said).toMatchObject({ status });
  });
}

describe("get", () => {
  story([
    ["nothing", "get pods"],
    ["a list", "get configmaps"],
    ["one", "get configmap settings"],
    ["what is not there", "get configmap missing", "", 1],
    ["a kind that is not there", "get nonsense", "", 1],
    ["YAML", "get configmap settings -o yaml --show-managed-fields"],
    ["JSON", "get service plain -o json"],
    ["a Deployment as YAML", "get deployment plain -o yaml --show-managed-fields"],
    ["a Job as YAML", "get job once -o yaml"],
    ["names", "get configmaps,secrets -o name"],
    ["wide", "get deployments,services,ingresses -o wide"],
    ["several kinds", "get configmap/settings service/plain"],
    ["all", "get all"],
    ["by short name", "get cm,deploy,svc,sa,ing,pdb,quota,cj"],
    ["by label", "get deployments -l app=plain --show-labels"],
    ["by labels of a set", "get deployments -l 'app in (plain,web)'"],
    ["by field", "get configmaps --field-selector metadata.name=settings"],
    ["by a field that none can be selected by", "get configmaps --field-selector data.a=1", "", 1],
    [
      "columns",
      "get deployments -o custom-columns=NAME:.metadata.name,IMAGE:.spec.template.spec.containers[*].image",
    ],
    ["a path", "get configmap settings -o jsonpath={.data.a}"],
    ["sorted", "get configmaps --sort-by=.metadata.name"],
    ["in pieces", "get configmaps --chunk-size=1"],
    ["a label as a column", "get deployments -L app"],
    ["all namespaces", "get deployments -A"],
    ["cluster-scoped", "get namespaces"],
    ["roles", "get roles,rolebindings -o wide"],
    ["priority classes", "get priorityclasses"],
    ["health", "get --raw /readyz"],
  ]);
  story([["raw", "get --raw /api/v1/namespaces/story/configmaps/settings"]], unordered);
});

describe("apply", () => {
  const changed = configMap("applied", { a: "2", b: "1" });
  story([
    ["client-side", "apply -f -", configMap("applied", { a: "1" })],
    ["client-side, unchanged", "apply -f -", configMap("applied", { a: "1" })],
    ["client-side, changed", "apply -f -", changed],
    ["what was applied last", "apply view-last-applied configmap/applied"],
    ["server-side", "apply --server-side -f -", configMap("shared", { a: "1" })],
    ["server-side, unchanged", "apply --server-side -f -", configMap("shared", { a: "1" })],
    [
      "by another manager, in conflict",
      "apply --server-side --field-manager=me -f -",
      configMap("shared", { a: "2" }),
      1,
    ],
    [
      "by another manager, forced",
      "apply --server-side --field-manager=me --force-conflicts -f -",
      configMap("shared", { a: "2" }),
    ],
    ["after client-side", "apply --server-side -f -", configMap("applied", { a: "2" })],
    ["its managed fields", "get configmap applied shared -o yaml --show-managed-fields"],
    ["several", "apply -f -", `${deployment}---\n${service}`],
    ["several, unchanged", "apply -f -", `${deployment}---\n${service}`],
    ["several, server-side", "apply --server-side -f -", `${deployment}---\n${service}`],
    ["an edit", "apply --server-side -f -", deployment.replace("nginx:1", "nginx:2")],
    ["the result", "get deployment web -o yaml --show-managed-fields"],
    [
      "a dry run",
      "apply --server-side --dry-run=server -o yaml -f -",
      deployment.replace("replicas: 2", "replicas: 3"),
    ],
    ["a field that is unknown", "apply --server-side -f -", `${configMap("odd", { a: "1" })}bogus: 1\n`, 1],
    [
      "a type that is wrong",
      "apply --server-side -f -",
      deployment.replace("replicas: 2", "replicas: two"),
      1,
    ],
    [
      "a field that is immutable",
      "apply --server-side -f -",
      deployment.replaceAll("app: web", "app: other"),
      1,
    ],
    ["a CRD", "apply --server-side -f -", gadgets],
    ["until it is established", "wait --for=condition=Established crd/gadgets.shop.example --timeout=30s"],
    ["a custom resource", "apply --server-side -f -", gadget],
    ["a custom resource, client-side", "apply -f -", gadget.replace("one", "two")],
    ["a custom resource that is wrong", "apply --server-side -f -", gadget.replace("3", "big"), 1],
    ["custom resources, listed", "get gd"],
    ["a custom resource, as YAML", "get gadget one -o yaml --show-managed-fields"],
  ]);
});

describe("describe", () => {
  story([
    ["a ConfigMap", "describe configmap settings"],
    ["a Secret", "describe secret password"],
    ["a Deployment", "describe deployment web"],
    ["a Service", "describe service web"],
    ["a Job", "describe job once"],
    ["an Ingress", "describe ingress web"],
    ["a Role", "describe role reader"],
    ["a ServiceAccount", "describe serviceaccount robot"],
    ["a namespace", "describe namespace story"],
    ["a custom resource", "describe gadget one"],
    ["what is not there", "describe configmap missing", "", 1],
  ]);
});

describe("diff", () => {
  story([
    ["nothing", "diff -f -", service],
    ["an edit", "diff -f -", deployment.replace("nginx:1", "nginx:3"), 1],
    ["an edit, server-side", "diff --server-side -f -", deployment.replace("nginx:1", "nginx:3"), 1],
    ["what is new", "diff --server-side -f -", configMap("new", { a: "1" }), 1],
  ]);
});

describe("patch, label and the like", () => {
  story([
    [
      "strategic",
      `patch deployment web -p '{"spec":{"template":{"spec":{"containers":[{"name":"web","image":"nginx:4"}]}}}}'`,
    ],
    ["merge", `patch configmap settings --type=merge -p '{"data":{"b":null,"c":"3"}}'`],
    ["JSON", `patch configmap settings --type=json -p '[{"op":"replace","path":"/data/a","value":"9"}]'`],
    [
      "JSON, whose test fails",
      `patch configmap settings --type=json -p '[{"op":"test","path":"/data/a","value":"0"}]'`,
      "",
      1,
    ],
    ["nothing", `patch configmap settings --type=merge -p '{}'`],
    ["a custom resource, strategic", `patch gadget one -p '{"spec":{"size":4}}'`, "", 1],
    ["a custom resource, merge", `patch gadget one --type=merge -p '{"spec":{"size":4}}'`],
    [
      "the status",
      `patch deployment web --subresource=status --type=merge -p '{"status":{"replicas":2,"readyReplicas":1}}'`,
    ],
    ["the status, seen", "get deployment web"],
    ["label", "label configmap settings tier=a"],
    ["label, which is there", "label configmap settings tier=b", "", 1],
    ["label, overwriting", "label configmap settings tier=b --overwrite"],
    ["label, removing", "label configmap settings tier-"],
    ["annotate", "annotate configmap settings 'note=two words'"],
    ["set image", "set image deployment/web web=nginx:5"],
    ["set env", "set env deployment/web B=2"],
    ["set resources", "set resources deployment/web --limits=cpu=500m"],
    ["scale", "scale deployment web --replicas=4"],
    ["scale, when it is as expected", "scale deployment web --current-replicas=9 --replicas=5", "", 1],
    ["edit", "edit gadget one"],
    ["replace", "replace -f -", configMap("settings", { a: "10" })],
    ["replace what is not there", "replace -f -", configMap("absent", { a: "10" }), 1],
    ["expose", "expose deployment plain --name=exposed --port=80"],
    ["autoscale", "autoscale deployment web --max=3"],
    ["rollout restart", "rollout restart deployment web"],
    ["rollout pause", "rollout pause deployment web"],
    ["what became of the ConfigMap", "get configmap settings -o yaml --show-managed-fields"],
  ]);
});

describe("wait", () => {
  story([
    ["for a value that is there", "wait --for=jsonpath={.data.a}=10 configmap/settings --timeout=10s"],
    [
      "for a value that never comes",
      "wait --for=jsonpath={.data.a}=11 configmap/settings --timeout=1s",
      "",
      1,
    ],
    ["for something to be made", "wait --for=create configmap/settings --timeout=10s"],
    ["for something that is not there", "wait --for=condition=Ready gadget/missing --timeout=1s", "", 1],
    ["for something to go that is not there", "wait --for=delete configmap/missing --timeout=1s"],
  ]);
});

describe("api-resources and explain", () => {
  story([
    ["all resources", "api-resources -o wide"],
    ["those of a group", "api-resources --api-group=apps"],
    ["those with a verb", "api-resources --verbs=deletecollection --namespaced=false -o name"],
    ["versions", "api-versions"],
    ["who I am", "auth whoami -o jsonpath={.kind}"],
    ["what I may", "auth can-i create deployments"],
    ["what another may", "auth can-i list configmaps --as=system:serviceaccount:story:robot"],
    ["what another may not", "auth can-i list secrets --as=system:serviceaccount:story:robot", "", 1],
    ["as another", "get secrets --as=system:serviceaccount:story:robot", "", 1],
  ]);
});
test("version: the minor is that of the schemas, and the rest is our own", async () => {
  await same(["version", "-o", "json"], "", (text) => text.match(/"(major|minor)": "\d+"/g)?.join() ?? "");
});

describe("explain", () => {
  story(
    [
      ["a kind", "explain deployment"],
      ["a field", "explain deployment.spec.template.spec.containers.ports"],
      ["all fields", "explain pods --recursive"],
      ["a version", "explain ingress --api-version=networking.k8s.io/v1"],
      ["a custom resource", "explain gadget.spec"],
      ["a field that is not there", "explain service.spec.nonsense", "", 1],
    ],
    structure,
  );
});

test("get -w tells of each change as it happens", async () => {
  const watch = async (cluster: KubectlCluster): Promise<string[]> => {
    const args = ["get", "configmaps", "-n", "story", "-l", "seen=yes", "-w", "--output-watch-events"];
    const child = spawn(cluster.kubectlPath, args, {
      env: kubectlEnv(cluster),
      stdio: ["ignore", "pipe", "inherit"],
    });
    let heard = "";
    child.stdout.on("data", (chunk: Buffer) => (heard += chunk.toString()));
    const ended = new Promise((resolve) => child.on("close", resolve));
    const lines = (): string[] => normal(heard, cluster).trimEnd().split("\n");
    try {
      // Until it watches nothing tells that it does: an empty list prints nothing.
      await sleep(1000);
      const path = "/api/v1/namespaces/story/configmaps";
      const watched = (data: object): object => ({
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "watched", labels: { seen: "yes" } },
        data,
      });
      await cluster.create(path, watched({ a: "1" }));
      await cluster.apply(`${path}/watched`, watched({ a: "2", b: "1" }));
      await cluster.delete(`${path}/watched`);
      await expect.poll(() => lines().length, { timeout: 10_000 }).toBe(4);
      return lines();
    } finally {
      child.kill("SIGKILL");
      await ended;
    }
  };
  const [real, sandbox] = await Promise.all([watch(pair.real), watch(pair.sandbox)]);
  expect(real.slice(1).map((line) => line.split(" ")[0])).toEqual(["ADDED", "MODIFIED", "DELETED"]);
  expect(sandbox).toEqual(real);
});

describe("create", () => {
  story([
    ["a namespace", "create namespace other"],
    ["a second one of that name", "create namespace story", "", 1],
    ["a ConfigMap", "create configmap made --from-literal=a=1 --from-literal=b=2"],
    ["a Secret", "create secret generic made --from-literal=word=x"],
    ["a ServiceAccount", "create serviceaccount made"],
    ["a Deployment", "create deployment made --image=nginx:1 --replicas=2 --port=80"],
    ["a Service", "create service clusterip made --tcp=80:8080"],
    ["a Service on the nodes", "create service nodeport made-outside --tcp=80"],
    ["a Job", "create job made --image=busybox -- true"],
    ["a CronJob", "create cronjob made --image=busybox '--schedule=*/5 * * * *' -- true"],
    ["a Role", "create role made --verb=get,list --resource=configmaps"],
    ["a RoleBinding", "create rolebinding made --role=reader --serviceaccount=story:robot"],
    ["an Ingress", "create ingress made --rule=example.com/*=web:80"],
    ["a quota", "create quota made --hard=configmaps=50"],
    ["a PodDisruptionBudget", "create pdb made --selector=app=web --min-available=1"],
    ["a PriorityClass", "create priorityclass first --value=10"],
    ["a token", "create token robot --audience=a -o jsonpath={.kind}", "", 0],
    ["of a file", "create -f -", configMap("of-a-file", { a: "1" })],
    ["of a file with a field that is unknown", "create -f -", `${configMap("odd", { a: "1" })}bogus: 1\n`, 1],
    ["of a file with a name that is none", "create -f -", configMap("NOT_A_NAME", { a: "1" }), 1],
    ["a dry run", "create configmap dry --from-literal=a=1 --dry-run=server -o yaml"],
    ["in a namespace that is not there", "create configmap a --namespace=nowhere", "", 1],
  ]);
});

describe("delete", () => {
  story([
    ["one", "delete configmap shared"],
    ["what is not there", "delete configmap shared", "", 1],
    ["what is not there, ignoring that", "delete configmap shared --ignore-not-found"],
    ["a dry run", "delete configmap settings --dry-run=server"],
    ["by label", "delete deployments -l app=plain"],
    ["by file", "delete -f -", `${service}---\n${gadget}`],
    ["without waiting", "delete deployment web --wait=false"],
    ["all of a kind", "delete secrets --all"],
    ["in the foreground", "delete job once --cascade=foreground"],
    ["a CRD with its objects", "delete crd gadgets.shop.example"],
    ["its objects", "get gadgets", "", 1],
    ["a namespace with all that is in it", "delete namespace story --timeout=60s"],
    ["what was in it", "get configmaps,services,roles"],
    ["the namespace", "get namespace story", "", 1],
  ]);
});
