/**
 * `npm run bench`: kapply beside kubectl, in turns, on one fresh control plane; then the sandbox beside that control
 * plane. Prints medians and ratios; judges nothing. `npm run bench -- --runs 5 --objects 1000` sets how often and how many.
 */
import { writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { testControlPlane } from "../cluster/kubectl.js";
import { run } from "../cluster/run.js";
import { binary } from "../cluster/sandbox.js";
import { benchSandbox } from "./sandbox.js";

const { values } = parseArgs({ options: { runs: { type: "string" }, objects: { type: "string" } } });
const runs = Number(values.runs ?? 3);
const objects = Number(values.objects ?? 1000);
const cluster = testControlPlane();

type Peer = "kapply" | "kubectl";
interface Row {
  title: string;
  /** The arguments of each peer for one run; runs share no namespace. */
  commands: (peer: Peer, turn: number) => string[];
}

const rows: Row[] = [
  {
    title: `create ${objects} ConfigMaps`,
    commands: (peer, turn) => apply(peer, setFile(`create-${peer}-${turn}`)),
  },
  {
    title: `apply ${objects} unchanged ConfigMaps`,
    commands: (peer) => apply(peer, setFile(`create-${peer}-0`)),
  },
  {
    title: `diff ${objects} unchanged ConfigMaps`,
    commands: (peer) => diff(peer, setFile(`create-${peer}-0`)),
  },
  {
    title: "create one ConfigMap",
    commands: (peer, turn) => apply(peer, setFile(`one-${peer}-${turn}`, 1)),
  },
  {
    title: "print the version",
    commands: (peer) => (peer === "kapply" ? ["version"] : ["version", "--client"]),
  },
];

function apply(peer: Peer, file: string): string[] {
  return peer === "kapply" ? ["apply", "-f", file] : ["apply", "--server-side", "-f", file];
}

function diff(peer: Peer, file: string): string[] {
  return peer === "kapply" ? ["diff", "-f", file] : ["diff", "--server-side", "-f", file];
}

/** A Namespace and its ConfigMaps, in a file of its own. */
function setFile(namespace: string, count = objects): string {
  const documents = [`apiVersion: v1\nkind: Namespace\nmetadata:\n  name: ${namespace}\n`];
  for (let at = 0; at < count; at++) {
    documents.push(
      `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: cm-${at}\n  namespace: ${namespace}\n  labels:\n` +
        `    app: bench\n    index: "${at}"\ndata:\n  key: value-${at}\n  config.yaml: |\n    a: ${at}\n    b: [1, 2, 3]\n`,
    );
  }
  const file = path.join(cluster.dir, `${namespace}.yaml`);
  writeFileSync(file, documents.join("---\n"));
  return file;
}

/** Seconds of one run of a whole process. Throws an error when it fails. */
async function seconds(peer: Peer, args: string[]): Promise<number> {
  const env = { PATH: process.env["PATH"], HOME: cluster.dir, KUBECONFIG: cluster.kubeconfig };
  const [command, ...first] = peer === "kapply" ? [process.execPath, binary] : [cluster.kubectlPath];
  const start = performance.now();
  const { status, stderr } = await run(command, [...first, ...args], { env });
  const spent = (performance.now() - start) / 1000;
  if (status !== 0) throw new Error(`${peer} ${args.join(" ")} ended with status ${status}:\n${stderr}`);
  return spent;
}

function median(numbers: number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

console.log(`medians of ${runs} runs each, in turns, seconds of the whole process\n`);
console.log(`${"".padEnd(40)}${"kapply".padStart(9)}${"kubectl".padStart(9)}${"ratio".padStart(9)}`);
for (const { title, commands } of rows) {
  const spent: Record<Peer, number[]> = { kapply: [], kubectl: [] };
  for (let turn = 0; turn < runs; turn++) {
    // Whoever comes second meets a warmer server: the peers take turns at that too.
    const order: Peer[] = turn % 2 === 0 ? ["kapply", "kubectl"] : ["kubectl", "kapply"];
    for (const peer of order) spent[peer].push(await seconds(peer, commands(peer, turn)));
  }
  const [ours, theirs] = [median(spent.kapply), median(spent.kubectl)];
  const cells = [ours.toFixed(2), theirs.toFixed(2), (theirs / ours).toFixed(1)];
  console.log(`${title.padEnd(40)}${cells.map((cell) => cell.padStart(9)).join("")}`);
}
console.log("\nratio: how many times faster kapply is");
await benchSandbox(cluster, runs);
