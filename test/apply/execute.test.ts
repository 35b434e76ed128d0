import { describe, expect, test } from "vitest";
import { execute } from "../../src/apply/execute.js";
import type { ExecuteOptions } from "../../src/apply/execute.js";
import type { Writes } from "../../src/apply/write.js";
import { KapplyError } from "../../src/errors.js";
import type { Change, Outcome } from "../../src/model.js";
import type { Planned, Target } from "../../src/plan/index.js";
import { live, target, types } from "../make.js";

const create: Change = { action: "create", preview: "not-asked" };

function planned(what: Target, verdict: Planned["verdict"] = { change: create }): Planned {
  const attempt = { body: what.body, force: false, yielded: [] };
  return { target: what, verdict, attempt, warnings: [], requests: 1, milliseconds: 1 };
}

/** Writes that note what they are asked, and refuse the names in `refused`. */
function recorder(refused: Record<string, KapplyError> = {}): Writes & { written: string[] } {
  const written: string[] = [];
  return {
    written,
    apply: ({ ref }, { body }, count) => {
      count();
      const error = refused[ref.name];
      if (error !== undefined) return Promise.reject(error);
      written.push(`${ref.kind}/${ref.name}`);
      return Promise.resolve({ object: live(body, "1"), created: true, warnings: [] });
    },
    moveOwnership: ({ ref }) => {
      written.push(`owns ${ref.name}`);
      return Promise.resolve(true);
    },
    waitForCrd: (name) => {
      written.push(`served ${name}`);
      return Promise.resolve();
    },
    get: () => Promise.resolve(undefined),
    semantics: () => Promise.resolve(undefined),
  };
}

const options: ExecuteOptions = {
  fieldManager: "kapply",
  onConflict: "fail",
  takeOverFrom: [],
  concurrency: 4,
  isBuiltIn: ({ group }) => group !== "shop.example",
  stopped: () => undefined,
  emit: () => undefined,
};

const actions = (outcomes: Outcome[]): string[] => outcomes.map(({ ref, action }) => `${ref.name} ${action}`);

const namespace = planned(target(types.namespace, "shop"));
const crd = planned(target(types.crd, "widgets.shop.example"));
const config = planned(target(types.configMap, "config"));
const web = planned(target(types.deployment, "web"));
const widget = planned(target(types.widget, "w"));
const webhook = planned(target(types.webhook, "guard"));

describe("a CRD that was written", () => {
  const ends = async (error: KapplyError, stopped?: string): Promise<Outcome | undefined> => {
    const writes = { ...recorder(), waitForCrd: () => Promise.reject(error) };
    const asked = { ...options, stopped: () => (writes.written.length > 0 ? stopped : undefined) };
    const [outcome] = await execute([crd], writes, asked);
    return outcome;
  };

  test("and is not seen to be served when a signal comes was written all the same", async () => {
    const outcome = await ends(new KapplyError("interrupted", "interrupted"), "interrupted");
    expect(outcome).toMatchObject({ action: "created", notReady: "not served yet: interrupted" });
    expect(outcome?.error).toBeUndefined();
  });

  test("and is not established in time has failed, and was written", async () => {
    const outcome = await ends(new KapplyError("timeout", "its names are not accepted"));
    expect(outcome).toMatchObject({ action: "created", error: { code: "timeout" } });
  });
});

describe("executing", () => {
  test("stages follow each other: what is needed first comes first, what intercepts comes last", async () => {
    const writes = recorder();
    await execute([webhook, widget, web, config, crd, namespace], writes, options);
    expect(writes.written).toEqual([
      "Namespace/shop",
      "CustomResourceDefinition/widgets.shop.example",
      "served widgets.shop.example",
      "ConfigMap/config",
      "Deployment/web",
      "Widget/w",
      "ValidatingWebhookConfiguration/guard",
    ]);
  });
  test("while one object can't be planned, nothing is written", async () => {
    const writes = recorder();
    const conflict = new KapplyError("conflict", "owned by another");
    const outcomes = await execute([config, planned(web.target, { error: conflict })], writes, options);
    expect(writes.written).toEqual([]);
    expect(actions(outcomes)).toEqual(["config not-attempted", "web failed"]);
    expect(outcomes[0]?.reason).toBe("nothing is written while Deployment web can't be");
  });
  test("a failed write ends its stage; the rest of that stage is done, later ones are not attempted", async () => {
    const other = planned(target(types.configMap, "other"));
    const writes = recorder({ config: new KapplyError("rejected", "no") });
    const outcomes = await execute([config, other, web], writes, options);
    expect(actions(outcomes)).toEqual(["config failed", "other created", "web not-attempted"]);
    expect(outcomes[2]?.reason).toBe("ConfigMap config failed before");
  });
  test("a server that is gone ends everything at once", async () => {
    const many = Array.from({ length: 9 }, (_, i) => planned(target(types.configMap, `cm-${i}`)));
    const writes = recorder({ "cm-0": new KapplyError("unreachable", "nobody there") });
    const outcomes = await execute(many, writes, { ...options, concurrency: 1 });
    expect(actions(outcomes).filter((line) => line.endsWith("not-attempted"))).toHaveLength(8);
  });
  test("a write whose answer was lost is unknown, not failed", async () => {
    const lost = new KapplyError("unreachable", "no answer", { answerLost: true });
    const outcomes = await execute([config], recorder({ config: lost }), options);
    expect(actions(outcomes)).toEqual(["config unknown"]);
    expect(outcomes[0]?.error?.exitStatus).toBe(6);
  });
  test("after a signal no new request is sent", async () => {
    const writes = recorder();
    const outcomes = await execute([config, web], writes, { ...options, stopped: () => "interrupted" });
    expect(writes.written).toEqual([]);
    expect(actions(outcomes)).toEqual(["config not-attempted", "web not-attempted"]);
  });
  test("what a signal kept from being asked was not attempted: it did not fail", async () => {
    const stopped = new KapplyError("interrupted", "not sent");
    const [outcome] = await execute([planned(config.target, { error: stopped })], recorder(), options);
    expect(outcome).toMatchObject({ action: "not-attempted", reason: "interrupted" });
    expect(outcome?.error).toBeUndefined();
  });
  test("what is unchanged is not sent", async () => {
    const writes = recorder();
    const change: Change = { action: "unchanged", yielded: [] };
    const outcomes = await execute([planned(config.target, { change })], writes, options);
    expect(writes.written).toEqual([]);
    expect(actions(outcomes)).toEqual(["config unchanged"]);
  });
  test("requests of planning and of writing are counted together", async () => {
    const [outcome] = await execute([config], recorder(), options);
    expect(outcome?.requests).toBe(2);
  });
  test("causes of a refusal get the place of their field", async () => {
    const pod = target(types.deployment, "web", { spec: { replicas: "x" } });
    const error = new KapplyError("rejected", "invalid", {
      causes: [{ message: "no", path: "spec.replicas" }],
    });
    const [outcome] = await execute([planned(pod)], recorder({ web: error }), options);
    expect(outcome?.error?.causes[0]?.place).toEqual({ source: "set.yaml", line: 10, column: 3 });
  });
});
