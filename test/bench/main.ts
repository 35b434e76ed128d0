/**
 * `npm run bench`: kapply beside its peers on one fresh control plane, straight and over a network with 10 ms more of
 * round trip; then the sandbox beside that control plane. Prints each figure with its goal; asserts nothing.
 *
 *   npm run bench -- --runs 5 --objects 1000     how often and how many; the goals are for 1,000 objects
 *   npm run bench -- --only "diff.*at 10 ms"     the rows that a pattern fits, in any case: `TITLE at N ms`, `the sandbox`
 */
import { parseArgs } from "node:util";
import { testControlPlane } from "../cluster/kubectl.js";
import { makeBench } from "./bench.js";
import { heading, lineText } from "./lines.js";
import { straight, throughProxy } from "./network.js";
import { delays, rowsFor } from "./rows.js";
import { benchSandbox } from "./sandbox.js";

const options = { runs: { type: "string" }, objects: { type: "string" }, only: { type: "string" } } as const;
const { values } = parseArgs({ options });
const runs = Number(values.runs ?? 3);
const objects = Number(values.objects ?? 1000);
const only = new RegExp(values.only ?? "", "i");

const cluster = testControlPlane();
const bench = makeBench(cluster, runs, objects);
const rows = rowsFor(objects);

console.log(
  `medians of ${runs} runs each, in turns (of kubectl over a slow network: ${bench.slowRuns} at most), of whole processes`,
);
for (const delay of delays) {
  const isAsked = (title: string): boolean => only.test(`${title} at ${delay} ms`);
  if (!rows.some(({ title }) => isAsked(title))) continue;
  const network = delay === 0 ? straight(cluster) : await throughProxy(cluster, delay);
  try {
    console.log(`\n${delay} ms of added round trip\n${heading}`);
    for (const { title, suits, measure } of rows) {
      if (!isAsked(title) || suits?.(network) === false) continue;
      for (const line of await measure(bench, network, title)) console.log(lineText(line));
    }
  } finally {
    await network.close();
  }
}
if (only.test("the sandbox")) await benchSandbox(cluster, runs);
