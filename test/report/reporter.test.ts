/** What the goldens don't show: order, the end of things, hostile text, the same thing twice. */
import { describe, expect, test } from "vitest";
import { KapplyError } from "../../src/errors.js";
import { parseJson } from "../../src/json.js";
import { refText, renderObjects, type Output } from "../../src/report/index.js";
import {
  at,
  failure,
  objectOf,
  outcome,
  problem,
  record,
  resultOf,
  settings,
  shop,
  web,
} from "./fixtures.js";

const outputs: Output[] = ["text", "json", "yaml", "ndjson", "name"];

describe("an object's name", () => {
  test("is kubectl's: kind in lower case, group, name", () => {
    expect(refText(settings)).toBe("configmap/settings");
    expect(refText(web)).toBe("deployment.apps/web");
    const rule = { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", name: "deny" };
    expect(refText(rule)).toBe("networkpolicy.networking.k8s.io/deny");
  });
});

describe("result lines", () => {
  test("come as soon as the outcome is known, and once", async () => {
    const { reporter, stdout } = await record();
    const one = outcome(web, "created");
    reporter.emit({ event: "outcome", outcome: one });
    expect(stdout()).toBe("deployment.apps/web created\n");
    await reporter.finish(resultOf([one]));
    expect(stdout()).toBe("deployment.apps/web created\n");
  });

  test("come again when the end of the story is another one", async () => {
    const { reporter, stdout } = await record();
    reporter.emit({ event: "outcome", outcome: outcome(web, "created") });
    await reporter.finish(resultOf([outcome(web, "failed", { error: failure("not ready in time") })]));
    expect(stdout()).toBe("deployment.apps/web created\ndeployment.apps/web failed\n");
  });
});

describe("errors", () => {
  test("are shown before the run goes on to wait, and once", async () => {
    const { reporter, stderr } = await record();
    const failed = outcome(web, "failed", { error: failure("the server says no") });
    reporter.emit({ event: "outcome", outcome: failed });
    expect(stderr()).toBe("");
    reporter.emit({ event: "waiting", what: "deployment.apps/api", why: "0 of 1 replicas are available" });
    expect(stderr()).toContain("the server says no");
    await reporter.finish(resultOf([failed]));
    expect(stderr().match(/the server says no/g)).toHaveLength(1);
  });

  test("that are the same for many objects are one entry", async () => {
    const { reporter, stderr } = await record();
    const outcomes = Array.from({ length: 1000 }, (_, n) =>
      outcome({ ...web, name: `w${n}` }, "failed", {
        error: failure(`deployment.apps/w${n}: no answer from https://10.0.0.1:443`, { hint: "is it up?" }),
      }),
    );
    await reporter.finish(resultOf(outcomes, { milliseconds: 125_000 }));
    expect(stderr()).toBe(
      "web.yaml:1:1: deployment.apps/w0: no answer from https://10.0.0.1:443 (and the same for 999 more objects)\n" +
        "  hint: is it up?\n1000 objects: 1000 failed in 2 min 5 s\n",
    );
  });

  test("do not repeat what the message begins with, and indent its further lines", async () => {
    const { reporter, stderr } = await record();
    reporter.fail(
      new KapplyError("rejected", "web.yaml:3:1: deployment.apps/web was refused\nby a webhook", {
        ref: web,
        place: at(3),
      }),
    );
    expect(stderr()).toBe("web.yaml:3:1: deployment.apps/web was refused\n  by a webhook\n");
  });

  test("from standard input say so", async () => {
    const { reporter, stderr } = await record();
    reporter.problems([problem("unknown field", at(2, 1, "-"), "spec.x")], []);
    expect(stderr()).toBe("<stdin>:2:1: spec.x: unknown field\n1 problem in 1 file; nothing was sent\n");
  });

  test("after some objects were reached leave these in the document", async () => {
    const { reporter, stdout } = await record({ output: "json" });
    reporter.emit({ event: "outcome", outcome: outcome(settings, "created") });
    reporter.fail(new Error("a defect"));
    expect(parseJson(stdout())).toMatchObject({
      summary: { created: 1 },
      results: [{ name: "settings", action: "created" }],
      error: { code: "internal", message: "a defect" },
      exitStatus: 70,
    });
  });
});

describe.each(outputs)("-o %s", (output) => {
  test("ends once: what comes after the end is not shown", async () => {
    const { reporter, all } = await record({ output });
    await reporter.finish(resultOf([outcome(web, "created")]));
    const end = all();
    await reporter.finish(resultOf([outcome(web, "created")]));
    reporter.emit({ event: "outcome", outcome: outcome(settings, "created") });
    reporter.fail(new Error("too late"));
    expect(all()).toBe(end);
  });

  test("lets no hostile text steer the terminal", async () => {
    const evil = "\u001b]0;owned\u0007\u009b2J\u202e\r\u0000";
    const { reporter, all } = await record({ output });
    const name = `web${evil}`;
    const error = failure(evil, {
      hint: evil,
      causes: [{ message: evil, path: evil, place: at(1, 1, evil) }],
    });
    const ref = { ...web, name, namespace: evil };
    reporter.knowSecrets([
      { ref, body: objectOf(ref) },
      { ref: settings, body: objectOf(settings) },
    ]);
    reporter.problems([], [problem(evil, at(1, 1, evil), evil, evil)]);
    reporter.emit({ event: "warning", message: evil, ref });
    reporter.emit({ event: "retrying", what: evil, why: evil, attempt: 1, seconds: 1 });
    const differences = [{ path: evil, before: evil, after: evil }];
    await reporter.finish(
      resultOf([outcome(ref, "failed", { place: at(1, 1, evil), error, reason: evil, differences })]),
    );

    expect(all()).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  });
});

describe("-o json", () => {
  test("keeps integers exact", async () => {
    const { reporter, stdout } = await record({ output: "json" });
    const differences = [{ path: "spec.big", before: 9007199254740993n, after: 9223372036854775807n }];
    await reporter.finish(resultOf([outcome(web, "configured", { differences })]));
    expect(stdout()).toContain('"before": 9007199254740993,');
    expect(stdout()).toContain('"after": 9223372036854775807');
  });

  test("is one document with warnings of the input in it", async () => {
    const { reporter, stdout } = await record({ output: "json" });
    reporter.problems([], [problem("kind Widget is known to no schema", at(1))]);
    await reporter.finish(resultOf([outcome(web, "created")]));
    expect(parseJson(stdout())).toMatchObject({
      warnings: [{ source: "web.yaml:1:1" }],
      results: [{ name: "web" }],
    });
  });
});

describe("renderObjects", () => {
  test("prints one object as itself, several as a List", () => {
    const one = objectOf(shop);
    expect(parseJson(renderObjects([one], "json"))).toEqual(one);
    expect(parseJson(renderObjects([one, one], "json"))).toEqual({
      apiVersion: "v1",
      kind: "List",
      items: [one, one],
    });
    expect(renderObjects([one], "yaml")).toBe("apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n");
  });

  test("prints nothing that steers a terminal, and the same values all the same", () => {
    const object = objectOf(settings, { data: { evil: "\u001b[31m\u202e\u009b", big: 9007199254740993n } });
    for (const output of ["json", "yaml"] as const) {
      const text = renderObjects([object], output);

      expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    }
    expect(parseJson(renderObjects([object], "json"))).toEqual(object);
  });
});
