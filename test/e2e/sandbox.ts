/** For `npm test`: one sandbox for all files of the end-to-end suite. Workers find it where they find a control plane. */
import path from "node:path";
import { startSandbox } from "../cluster/sandbox.js";

export default async function setUp(): Promise<() => Promise<void>> {
  const sandbox = await startSandbox();
  process.env["KAPPLY_TEST_CLUSTER"] = path.join(sandbox.dir, "cluster.json");
  return () => sandbox.stop();
}
