/** The termination message of a pod: short, the most important first, and never a secret. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { KapplyError } from "../../src/errors.js";
import type { Outcome } from "../../src/model.js";
import type { Reporter, ReporterOptions } from "../../src/report/index.js";
import {
  at,
  base64,
  database,
  failure,
  objectOf,
  outcome,
  problem,
  record,
  resultOf,
  settings,
  web,
} from "./fixtures.js";
import * as story from "./stories.js";

async function termination(tell: story.Story, options: Partial<ReporterOptions> = {}): Promise<string> {
  const { reporter } = await record(options);
  await tell(reporter);
  return reporter.ending()?.termination ?? "there is no end";
}

const finish =
  (outcomes: Outcome[], rest: Parameters<typeof resultOf>[1] = { exitStatus: 5 }) =>
  (reporter: Reporter): Promise<void> =>
    reporter.finish(resultOf(outcomes, rest));

const bytes = (text: string): number => Buffer.byteLength(text);

function refused(name: string, message: string, rest: Parameters<typeof failure>[1] = {}): Outcome {
  return outcome({ ...web, name }, "failed", { error: failure(message, rest) });
}

describe("says what failed, where, why, and the way out", () => {
  test("of objects, and why others were left", async () => {
    expect(await termination(story.failed)).toBe(
      [
        "kapply apply failed (exit status 5): 6 objects: 2 failed, 1 unknown, 2 not attempted, 1 created in 1.2 s",
        'web.yaml:12:1: deployment.apps/web: Deployment.apps "web" is invalid',
        "  web.yaml:20:13: spec.replicas: Invalid value: -1: must be non-negative",
        "  web.yaml:22:3: spec.selector: Invalid value: field is immutable",
        "  hint: a selector can't be changed: give the new Deployment another name",
        "web.yaml:40:1: configmap/settings: another field manager owns 1 field",
        "  web.yaml:44:9: .data.mode: owned by kubectl-edit (Update, since 09:12)",
        "  hint: drop the field from the manifest, or",
        "        take it with --force-conflicts, or",
        "        make kubectl-edit give it up",
        "web.yaml:50:1: secret/database: the connection was lost while the answer was awaited: it may have been applied",
        "  hint: run it again: applying twice does no harm",
        "2 objects not attempted: stopped after the connection was lost",
        "",
      ].join("\n"),
    );
  });

  test("of the input", async () => {
    const message = await termination(story.brokenInput);
    expect(message.split("\n").slice(0, 3)).toEqual([
      "kapply apply failed (exit status 2): 4 problems in 2 files; nothing was sent",
      "web.yaml:12:3: spec.replica: unknown field replica",
      "  hint: did you mean replicas?",
    ]);
  });

  test("of the run", async () => {
    const error = new KapplyError("tls", "an unknown CA", { hint: "is it the one of this cluster?" });
    expect(await termination((reporter) => reporter.fail(error))).toBe(
      "kapply apply failed (exit status 6)\nerror: an unknown CA\n  hint: is it the one of this cluster?\n",
    );
  });

  test("of an interruption", async () => {
    expect(await termination(story.interrupted)).toBe(
      "kapply apply was interrupted (exit status 143): 2 objects: 1 not attempted, 1 created in 1.2 s\n" +
        "1 object not attempted: interrupted\n",
    );
  });

  test("and nothing where nothing failed", async () => {
    expect(await termination(story.applied)).toBe("");
    expect(await termination(story.valid, { command: "validate" })).toBe("");
    expect(await termination(story.differs, { command: "diff", diff: true })).toBe("");
    expect((await record()).reporter.ending()).toBeUndefined();
  });
});

describe("has room for 4,096 bytes", () => {
  test("with many failures the first ones are told whole, and the rest counted", async () => {
    const many = Array.from({ length: 500 }, (_, n) =>
      refused(`w${n}`, `reason number ${n}`, { hint: `way ${n}` }),
    );
    const message = await termination(finish(many));
    const lines = message.trimEnd().split("\n");
    expect(bytes(message)).toBeLessThanOrEqual(4096);
    expect(bytes(message)).toBeGreaterThan(3900);
    expect(lines[1]).toBe("web.yaml:1:1: deployment.apps/w0: reason number 0");
    const told = lines.filter((line) => line.startsWith("web.yaml")).length;
    expect(lines.filter((line) => line.startsWith("  hint: "))).toHaveLength(told);
    expect(lines.at(-1)).toBe(`... and ${500 - told} more failed objects: see the log`);
  });

  test("the same failure of many is one entry", async () => {
    const many = Array.from({ length: 5000 }, (_, n) => refused(`w${n}`, "no answer", { hint: "is it up?" }));
    expect((await termination(finish(many))).split("\n").slice(1)).toEqual([
      "web.yaml:1:1: deployment.apps/w0: no answer (and the same for 4999 more objects)",
      "  hint: is it up?",
      "",
    ]);
  });

  test("many problems of the input are counted, too", async () => {
    const many = Array.from({ length: 300 }, (_, n) => problem(`problem number ${n}`, at(n + 1)));
    const message = await termination((reporter) => reporter.problems(many, []));
    expect(bytes(message)).toBeLessThanOrEqual(4096);
    expect(message).toMatch(/web\.yaml:1:1: problem number 0\n/);
    expect(message).toMatch(/\n\.\.\. and \d+ more problems: see the log\n$/);
  });

  test("an error with more causes than fit keeps its hint", async () => {
    const causes = Array.from({ length: 200 }, (_, n) => ({
      message: `cause ${n}`,
      path: `spec.p${n}`,
      place: at(n),
    }));
    const outcomes = [refused("web", "invalid", { causes, hint: "mend it" }), refused("api", "no")];
    const lines = (await termination(finish(outcomes))).split("\n");
    expect(lines[1]).toBe("web.yaml:1:1: deployment.apps/web: invalid");
    expect(lines[2]).toBe("  web.yaml: spec.p0: cause 0");
    expect(lines.slice(-4)).toEqual([
      "  ...",
      "  hint: mend it",
      "... and 1 more failed object: see the log",
      "",
    ]);
  });

  test("one endless line is cut between characters, and the hint follows", async () => {
    const message = await termination(finish([refused("web", "é😀".repeat(5000), { hint: "mend it" })]));
    const [, line = "", hint] = message.split("\n");
    expect(bytes(line)).toBeLessThanOrEqual(1024);
    expect(bytes(line)).toBeGreaterThan(1015);
    expect(line).toMatch(/^web\.yaml:1:1: deployment\.apps\/web: (é😀)+é?\.\.\.$/u);
    expect(hint).toBe("  hint: mend it");
  });

  test("whatever there is to say, in UTF-8, and with what failed first", () => {
    const text = fc.oneof(
      fc.string({ unit: "binary", maxLength: 6000 }),
      fc.array(fc.string({ maxLength: 300 }), { maxLength: 80 }).map((lines) => lines.join("\n")),
      fc.constantFrom("\ud800", "\u001b[2J\r", "😀".repeat(3000), "\n".repeat(9000)),
    );
    const error = fc
      .record({
        message: text,
        hint: fc.option(text, { nil: undefined }),
        causes: fc.array(fc.record({ message: text }), { maxLength: 4 }),
      })
      .map(({ message, ...rest }) => failure(message, rest));
    return fc.assert(
      fc.asyncProperty(fc.array(error, { minLength: 1, maxLength: 6 }), async (errors) => {
        const outcomes = errors.map((one, n) => outcome({ ...web, name: `w${n}` }, "failed", { error: one }));
        const message = await termination(finish(outcomes));
        expect(bytes(message)).toBeLessThanOrEqual(4096);
        expect(Buffer.from(message).toString()).toBe(message);
        expect(message).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
        expect(message).toMatch(/^kapply apply failed .*\nweb\.yaml:1:1: /);
        expect(message.endsWith("\n")).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});

describe("never has a secret in it", () => {
  const secret = objectOf(database, { stringData: { password: "c4nary-in-the-mine" } });
  const said = 'Invalid value: "c4nary-in-the-mine"';

  test.each([false, true])(
    "with --show-secrets=%s: everybody who may see the pod reads it",
    async (showSecrets) => {
      const known: story.Story = (reporter) => reporter.knowSecrets([{ ref: database, body: secret }]);
      const live = outcome(database, "configured", {
        before: objectOf(database, { data: { token: base64("c4nary-live") } }),
      });
      const stories: story.Story[] = [
        (reporter) =>
          finish([
            live,
            refused("web", `${said} and c4nary-live`, { hint: said, causes: [{ message: said }] }),
          ])(reporter),
        (reporter) => reporter.fail(new KapplyError("rejected", said, { hint: said })),
        (reporter) => reporter.problems([problem(said, at(1), "data", said)], []),
      ];
      for (const tell of stories) {
        const message = await termination(
          async (reporter) => {
            await known(reporter);
            await tell(reporter);
          },
          { showSecrets },
        );
        expect(message).toContain("<secret, 18 bytes, #");
        expect(message).not.toContain("c4nary");
      }
    },
  );

  test("not even a part of one that was cut", async () => {
    const value = "s".repeat(3000);
    const message = await termination((reporter) => {
      reporter.knowSecrets([{ ref: database, body: objectOf(database, { stringData: { key: value } }) }]);
      return finish([refused("web", `x ${value}`)])(reporter);
    });
    expect(message).not.toContain("ssss");
  });
});

describe("the document of the end, for --report", () => {
  test.each([
    ["a result", story.failed],
    ["problems", story.brokenInput],
    ["an error", (reporter: Reporter) => reporter.fail(new KapplyError("tls", "an unknown CA"))],
  ] as const)("is that of -o json for %s, whatever the output is", async (_what, tell) => {
    const json = await record({ output: "json" });
    await tell(json.reporter);
    for (const output of ["text", "ndjson", "name", "json"] as const) {
      const { reporter } = await record({ output });
      await tell(reporter);
      expect(reporter.ending()?.document).toBe(json.stdout());
    }
  });

  test("masks Secrets unless they are to be shown", async () => {
    const differences = [{ path: "data.password", after: base64("c4nary-live") }];
    for (const showSecrets of [false, true]) {
      const { reporter } = await record({ showSecrets });
      await reporter.finish(
        resultOf([outcome(database, "configured", { differences }), outcome(settings, "created")]),
      );
      expect(reporter.ending()?.document.includes(base64("c4nary-live"))).toBe(showSecrets);
    }
  });
});
