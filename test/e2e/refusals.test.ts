/** What can go wrong against a real server, and what a person is told. */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { isController, isWrite } from "../cluster/audit.js";
import { testCluster } from "../cluster/client.js";
import { binary, configMap, crd, folder, kapply } from "./kapply.js";

const cluster = testCluster();

async function writesIn(namespace: string): Promise<string[]> {
  const events = (await cluster.readAudit()).filter(
    (event) => isWrite(event) && event.objectRef?.namespace === namespace && !isController(event),
  );
  return events.map(
    ({ verb, objectRef, requestURI }) =>
      `${verb} ${objectRef?.name ?? ""}${requestURI.includes("dryRun=All") ? " (dry run)" : ""}`,
  );
}

describe("refusals", () => {
  test("one broken document among many: every problem is told, and no write request is sent", async () => {
    const namespace = await cluster.freshNamespace();
    const files = Object.fromEntries(
      Array.from({ length: 30 }, (_, i) => [`${i}.yaml`, configMap(`cm-${i}`, { a: "b" })]),
    );
    const dir = folder(cluster, {
      ...files,
      "broken.yaml":
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: broken\ndata:\n  a: 1\nextra: true\n",
      "unclosed.yaml": 'apiVersion: v1\nkind: "ConfigMap\n',
    });
    const refused = await kapply(cluster, ["apply", "-n", namespace, "-f", dir]);
    expect(refused.status).toBe(2);
    expect(refused.stdout).toBe("");
    expect(refused.stderr).toContain(`${dir}/broken.yaml:6:6`);
    expect(refused.stderr).toContain(`${dir}/broken.yaml:7:1`);
    expect(refused.stderr).toContain(`${dir}/unclosed.yaml:2:`);
    expect(refused.stderr).toContain("nothing was sent");
    expect(await writesIn(namespace)).toEqual([]);
  });

  test("validate, diff and server dry runs write nothing", async () => {
    const namespace = await cluster.freshNamespace();
    const input = configMap("a", { a: "b" });
    for (const command of [
      ["validate"],
      ["diff"],
      ["apply", "--dry-run=server"],
      ["apply", "--dry-run=client"],
    ]) {
      await kapply(cluster, [...command, "-n", namespace, "-f", "-"], { input });
    }
    expect((await writesIn(namespace)).filter((write) => !write.endsWith("(dry run)"))).toEqual([]);
  });

  test("a field of another manager is a conflict: who, which field, where, and three ways out; status 4", async () => {
    const namespace = await cluster.freshNamespace();
    await kapply(cluster, ["apply", "-n", namespace, "-f", "-", "--field-manager=other"], {
      input: configMap("a", { k: "theirs" }),
    });
    const input = configMap("a", { k: "ours" });
    const refused = await kapply(cluster, ["apply", "-n", namespace, "-f", "-"], { input });
    expect(refused.status).toBe(4);
    expect(refused.stderr).toContain("<stdin>:6:6: data.k");
    expect(refused.stderr).toContain("other");
    expect(refused.stderr).toContain("--force-conflicts");
    const live = await cluster.get<{ data: unknown }>(`/api/v1/namespaces/${namespace}/configmaps/a`);
    expect(live.data).toEqual({ k: "theirs" });

    const forced = await kapply(cluster, ["apply", "-n", namespace, "-f", "-", "--force-conflicts"], {
      input,
    });
    expect(forced).toMatchObject({ status: 0, stdout: "configmap/a configured\n" });
  });

  test("while one object conflicts, none is written", async () => {
    const namespace = await cluster.freshNamespace();
    await kapply(cluster, ["apply", "-n", namespace, "-f", "-", "--field-manager=other"], {
      input: configMap("b", { k: "theirs" }),
    });
    const before = (await writesIn(namespace)).length;
    const input = [configMap("a", { k: "1" }), configMap("b", { k: "ours" })].join("---\n");
    const refused = await kapply(cluster, ["apply", "-n", namespace, "-f", "-"], { input });
    expect(refused.status).toBe(4);
    expect(refused.stdout).toBe("configmap/a not attempted\nconfigmap/b failed\n");
    expect((await writesIn(namespace)).slice(before)).toEqual(["patch b (dry run)"]);
  });

  test("what the server finds invalid is told with the place of the field; status 5", async () => {
    const namespace = await cluster.freshNamespace();
    const input = `apiVersion: v1
kind: Service
metadata: { name: web }
spec:
  type: NodePort
  ports:
    - port: 80
      nodePort: 99999
`;
    const refused = await kapply(cluster, ["apply", "-n", namespace, "-f", "-"], { input });
    expect(refused.status).toBe(5);
    expect(refused.stderr).toContain("<stdin>:8:17: spec.ports[0].nodePort");
    expect(refused.stdout).toBe("service/web failed\n");
  });

  test("an immutable field is never solved by deleting: the way out is told, and left to the person", async () => {
    const namespace = await cluster.freshNamespace();
    const job = (image: string): string =>
      `apiVersion: batch/v1\nkind: Job\nmetadata: { name: once }\nspec:\n  template:\n    spec:\n      restartPolicy: Never\n      containers: [{ name: once, image: "${image}" }]\n`;
    await kapply(cluster, ["apply", "-n", namespace, "-f", "-"], { input: job("example.com/once:1") });
    const refused = await kapply(cluster, ["apply", "-n", namespace, "-f", "-"], {
      input: job("example.com/once:2"),
    });
    expect(refused.status).toBe(5);
    expect(refused.stderr).toContain("field is immutable");
    expect(refused.stderr).toContain("delete the live one yourself");
    expect(
      (await cluster.readAudit()).filter(
        ({ verb, objectRef }) => verb === "delete" && objectRef?.namespace === namespace,
      ),
    ).toEqual([]);
  });

  test("what is not permitted names verb, resource and namespace; status 3", async () => {
    const namespace = await cluster.freshNamespace();
    const env = { KUBECONFIG: cluster.kubeconfigFor({ user: "alice" }, namespace) };
    const refused = await kapply(cluster, ["apply", "-f", "-"], {
      input: configMap("a", { a: "b" }),
      env,
    });
    expect(refused.status).toBe(3);
    expect(refused.stderr).toContain("alice");
    expect(refused.stderr).toMatch(/get.*configmaps/);
    expect(refused.stderr).toContain(namespace);
  });

  test("an unknown token is no access; status 3", async () => {
    const args = [
      "whoami",
      "--server",
      cluster.server,
      "--certificate-authority",
      cluster.caFile,
      "--token",
      "a-token-that-nobody-gave",
    ];
    const refused = await kapply(cluster, args, { env: { KUBECONFIG: "" } });
    expect(refused.status).toBe(3);
    expect(refused.stderr).not.toContain("a-token-that-nobody-gave");
  });

  test("an unknown CA is told with where the CA came from and what was asked; status 6", async () => {
    const args = ["whoami", "--server", cluster.server, "--token", cluster.adminToken];
    const refused = await kapply(cluster, args, { env: { KUBECONFIG: "" } });
    expect(refused.status).toBe(6);
    expect(refused.stderr).toContain("127.0.0.1");
    expect(refused.stderr).not.toContain(cluster.adminToken);
  });

  test("a namespace that is not there is told, and how to have it made; status 5", async () => {
    const refused = await kapply(cluster, ["apply", "-n", "nowhere", "-f", "-"], {
      input: configMap("a", { a: "b" }),
    });
    expect(refused.status).toBe(5);
    expect(refused.stderr).toContain("nowhere");
  });

  test("a server that is not there is retried within --timeout, then status 6", async () => {
    const args = ["whoami", "--server", "https://127.0.0.1:1", "--token", "t", "--timeout", "2s"];
    const refused = await kapply(cluster, args, { env: { KUBECONFIG: "" } });
    expect(refused.status).toBe(6);
    expect(refused.stderr).toMatch(/refused/i);
  });

  test("no credentials anywhere: everything that was tried is listed; status 3", async () => {
    const refused = await kapply(cluster, ["whoami"], {
      env: { KUBECONFIG: undefined, HOME: "/nonexistent" },
    });
    expect(refused.status).toBe(3);
    expect(refused.stderr).toContain("KUBERNETES_SERVICE_HOST");
    expect(refused.stderr).toContain("kubeconfig");
  });

  test("a kind that the server knows and our schemas do not is checked by the server's own schema", async () => {
    const namespace = await cluster.freshNamespace();
    const definition = crd(
      `${namespace}.example`,
      "Thing",
      "{ type: object, properties: { size: { type: integer } } }",
    );
    const definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    await cluster.apply(`${definitions}/things.${namespace}.example`, definition);
    await expect
      .poll(async () => (await cluster.request(`/openapi/v3/apis/${namespace}.example/v1`)).body, {
        timeout: 20_000,
      })
      .toContain("size");
    const thing = (spec: string): string =>
      `apiVersion: ${namespace}.example/v1\nkind: Thing\nmetadata: { name: t }\nspec: ${spec}\n`;
    const wrong = await kapply(cluster, ["apply", "-n", namespace, "-f", "-"], {
      input: thing("{ siez: 3 }"),
    });
    expect(wrong.status).toBe(2);
    expect(wrong.stderr).toContain("<stdin>:4:9: spec.siez");
    expect(wrong.stderr).toContain("size");
    const right = await kapply(cluster, ["apply", "-n", namespace, "-f", "-"], {
      input: thing("{ size: 3 }"),
    });
    expect(right).toMatchObject({ status: 0, stdout: `thing.${namespace}.example/t created\n` });
  });
});

test("a signal ends new requests, says what became of each object, and exits 143", async () => {
  const namespace = await cluster.freshNamespace();
  const input = Array.from({ length: 400 }, (_, i) => configMap(`cm-${i}`, { a: "b" })).join("---\n");
  const args = ["apply", "-n", namespace, "-f", "-", "--concurrency=1", "-o", "json"];
  const child = spawn(process.execPath, [binary, ...args], {
    env: { PATH: process.env["PATH"], HOME: cluster.dir, KUBECONFIG: cluster.kubeconfig },
    stdio: ["pipe", "pipe", "inherit"],
  });
  child.stdin.end(input);
  let stdout = "";
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  const first = `/api/v1/namespaces/${namespace}/configmaps/cm-0`;
  await expect
    .poll(async () => (await cluster.request(first)).status, { timeout: 30_000, interval: 20 })
    .toBe(200);
  child.kill("SIGTERM");
  const status = await new Promise((resolve) => child.on("close", resolve));
  expect(status).toBe(143);
  const { summary } = JSON.parse(stdout) as { summary: Record<string, number> };
  expect(summary["created"]).toBe((await writesIn(namespace)).length);
  expect((summary["created"] ?? 0) + (summary["not-attempted"] ?? 0)).toBe(400);
});

test("an empty map that is applied again does not change a field that is immutable", async () => {
  const name = `empty-${randomBytes(4).toString("hex")}`;
  const path = `/apis/storage.k8s.io/v1/storageclasses/${name}`;
  const manifest = (label: string, parameters: object): string =>
    JSON.stringify({
      apiVersion: "storage.k8s.io/v1",
      kind: "StorageClass",
      metadata: { name, labels: { a: label } },
      provisioner: "none.example",
      parameters,
    });
  try {
    await cluster.apply(path, manifest("1", {}), "one");
    await cluster.apply(path, manifest("1", {}), "one");
    await cluster.apply(path, manifest("2", {}), "one");
    await expect(cluster.apply(path, manifest("2", { a: "b" }), "one")).rejects.toThrow("field is immutable");
  } finally {
    await cluster.delete(path);
  }
});
