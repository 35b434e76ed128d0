/** Values of Secrets in no output of the real thing, whatever happens. */
import { expect, test } from "vitest";
import { testCluster } from "../cluster/client.js";
import { kapply } from "./kapply.js";

const cluster = testCluster();
const planted = "kanarienvogel/geheim?1";
const changed = "kanarienvogel/geheim?2";

function secret(password: string, extra = ""): string {
  return `apiVersion: v1\nkind: Secret\nmetadata: { name: canary }\nstringData:\n  password: "${password}"\n${extra}`;
}

/** Each spelling of a value that could show it. */
function spellings(value: string): string[] {
  return [value, Buffer.from(value).toString("base64"), encodeURIComponent(value)];
}

test("apply, diff, dry runs, refusals: a Secret's value is in none of what they print", async () => {
  const namespace = await cluster.freshNamespace();
  const printed: string[] = [];
  const say = async (input: string, ...args: string[]): Promise<number> => {
    const { stdout, stderr, status } = await kapply(cluster, [...args, "-n", namespace, "-f", "-"], {
      input,
    });
    printed.push(stdout, stderr);
    return status;
  };
  for (const output of ["text", "json", "ndjson", "name"]) {
    expect(await say(secret(planted), "apply", "-o", output)).toBe(0);
    expect(await say(secret(changed), "diff", "-o", output)).toBe(1);
    expect(await say(secret(changed), "apply", "-o", output, "--dry-run=server")).toBe(0);
  }
  for (const output of ["text", "json", "yaml", "name"]) {
    expect(await say(secret(planted), "apply", "-o", output, "--dry-run=client")).toBe(0);
  }
  // Refused by our schemas, by the server, and as a conflict.
  expect(await say(secret(planted, "  number: 7\n"), "apply")).toBe(2);
  expect(await say(secret(planted, `type: kubernetes.io/tls\n`), "apply")).toBe(5);
  expect(await say(secret(planted, "immutable: true\n"), "apply")).toBe(0);
  expect(await say(secret(changed, "immutable: true\n"), "apply", "-o", "json")).toBe(5);
  expect(await say(secret(changed), "apply", "--field-manager=other")).not.toBe(0);

  const all = printed.join("\n");
  for (const value of [planted, changed]) {
    for (const spelling of spellings(value))
      expect(all.includes(spelling), `${spelling} is shown`).toBe(false);
  }
  expect(all).toContain("<secret, ");
});

test("--show-secrets shows them", async () => {
  const args = ["apply", "--dry-run=client", "-o", "yaml", "--show-secrets", "-f", "-"];
  const { stdout } = await kapply(cluster, args, { input: secret(planted) });
  expect(stdout).toContain(Buffer.from(planted).toString("base64"));
});

test("a token is in no output, at any failure", async () => {
  const token = "not-a-token-of-this-server";
  const printed: string[] = [];
  for (const args of [["whoami"], ["raw", "/api"], ["apply", "-f", "-"]]) {
    const flags = ["--server", cluster.server, "--certificate-authority", cluster.caFile, "--token", token];
    const { stdout, stderr, status } = await kapply(cluster, [...args, ...flags], {
      input: "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n",
      env: { KUBECONFIG: "" },
    });
    expect(status).toBe(3);
    printed.push(stdout, stderr);
  }
  expect(printed.join("\n")).not.toContain(token);
});
