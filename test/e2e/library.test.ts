/** The library as it is built, against a server: what the command line does, from a program. */
import { expect, test } from "vitest";
import { testCluster } from "../cluster/client.js";
import type { Job, Server } from "../../src/index.js";
import { configMap, crd, kapply } from "./kapply.js";

type Library = typeof import("../../src/index.js");

const cluster = testCluster();

async function library(): Promise<Library> {
  return (await import(new URL("../../dist/index.js", import.meta.url).href)) as Library;
}

test("a program applies a set and waits for it, over one connection that it opens and closes", async () => {
  const namespace = await cluster.freshNamespace();
  const group = `${namespace}.example`;
  await kapply(cluster, ["apply", "--wait", "-f", "-"], { input: crd(group, "Gizmo", "{ type: object }") });
  const gizmo = `apiVersion: ${group}/v1\nkind: Gizmo\nmetadata: { name: b }\n`;
  const { connectServer, run, waitForAsked, parseAsked, parseFor } = await library();
  const nothing = (): void => undefined;
  const env = { KUBECONFIG: cluster.kubeconfig };
  const opened: Server[] = [];
  const connect = async (): Promise<Server> => {
    const server = await connectServer({
      auth: { namespace },
      environment: { env, homedir: cluster.dir, cwd: cluster.dir, stdinIsTerminal: false },
      requestTimeoutMs: 10_000,
      concurrency: 8,
      fieldManager: "program",
      sends: "writes",
      validate: "strict",
      emit: nothing,
      userAgent: "program/1",
    });
    opened.push(server);
    return server;
  };
  const job: Job = {
    command: "apply",
    until: "applied",
    sources: {
      filenames: ["-"],
      recursive: false,
      stdinIsTerminal: false,
      readStdin: () => Promise.resolve(Buffer.from(`${configMap("a", { a: "1" })}---\n${gizmo}`)),
    },
    allowEmpty: false,
    namespace,
    validate: "strict",
    fieldManager: "program",
    onConflict: "fail",
    takeOverFrom: [],
    preview: "before-writing",
    set: { name: "web", lock: true, allowDowngrade: false },
    env,
    wait: true,
    concurrency: 8,
  };
  const interrupted = (): undefined => undefined;
  const result = await run(job, {
    server: connect,
    emit: nothing,
    seen: nothing,
    warn: nothing,
    interrupted,
  });
  expect(result.exitStatus).toBe(0);
  expect(result.outcomes.map(({ ref, action }) => [ref.name, action])).toEqual([
    ["a", "created"],
    ["b", "created"],
  ]);
  // A kind that only the server knows is looked up before anything is planned: by the same connection.
  expect(opened).toHaveLength(1);
  const [server] = opened as [Server];
  const asked = parseAsked(["configmap", "a"]);
  const { reached } = await waitForAsked(asked, parseFor("create"), server, { emit: nothing });
  expect(reached.map(({ end }) => end.is)).toEqual(["ready"]);
  await server.close();
});
