/** Whole sets of manifests, as people have them. */
import { describe, expect, test } from "vitest";
import { testCluster } from "../cluster/client.js";
import { kapply } from "./kapply.js";
import { sets } from "./sets.js";

const cluster = testCluster();

describe.each(sets)("the set $name", ({ file }) => {
  test("is applied, is unchanged for a second run, and has no differences", async () => {
    const applied = await kapply(cluster, ["apply", "-R", "-f", file]);
    expect(applied.stderr).not.toContain("error");
    expect(applied.status).toBe(0);

    const again = await kapply(cluster, ["apply", "-R", "-f", file, "-o", "json"]);
    const { summary } = JSON.parse(again.stdout) as { summary: Record<string, number> };
    const actions = Object.entries(summary).filter(([, count]) => count > 0);
    expect(actions.map(([action]) => action)).toEqual(["unchanged"]);
    expect(await kapply(cluster, ["diff", "-R", "-f", file])).toMatchObject({ status: 0, stdout: "" });
  });
});
