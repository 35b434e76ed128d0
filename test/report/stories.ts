/** Runs, as a reporter is told of them. */
import type { Contest, Failure, KubeObject, Origin, Outcome, Ref } from "../../src/model.js";
import type { Reporter } from "../../src/report/index.js";
import {
  at,
  base64,
  contest,
  database,
  editor,
  failure,
  objectOf,
  outcome,
  problem,
  resultOf,
  scaler,
  settings,
  shop,
  web,
} from "./fixtures.js";

export type Story = (reporter: Reporter) => Promise<void> | void;

function emitAll(reporter: Reporter, outcomes: Outcome[]): void {
  for (const one of outcomes) reporter.emit({ event: "outcome", outcome: one });
}

export const applied: Story = async (reporter) => {
  const outcomes = [
    outcome(shop, "created"),
    outcome(settings, "configured"),
    outcome(database, "unchanged"),
    outcome(web, "unchanged"),
  ];
  reporter.emit({ event: "started", command: "apply", manifests: 4 });
  emitAll(reporter, outcomes);
  await reporter.finish(resultOf(outcomes));
};

export const twoNamespaces: Story = async (reporter) => {
  const other = { ...settings, namespace: "warehouse" };
  const outcomes = [
    outcome(settings, "created"),
    outcome(other, "created"),
    outcome(web, "failed", { error: failure("the server says no") }),
  ];
  reporter.knowSecrets([
    { ref: settings, body: objectOf(settings) },
    { ref: other, body: objectOf(other) },
  ]);
  emitAll(reporter, outcomes);
  await reporter.finish(resultOf(outcomes, { exitStatus: 5 }));
};

/** A created, an invalid, a conflicting and a lost object, and two that nothing could be done for. */
export const failed: Story = async (reporter) => {
  const quota = { ...settings, name: "quota" };
  const outcomes = [
    outcome(shop, "created", { place: at(1) }),
    outcome(web, "failed", {
      place: at(12),
      warnings: ["spec.template.spec.containers[0]: deprecated field"],
      error: failure('Deployment.apps "web" is invalid', {
        causes: [
          { path: "spec.replicas", place: at(20, 13), message: "Invalid value: -1: must be non-negative" },
          { path: "spec.selector", place: at(22, 3), message: "Invalid value: field is immutable" },
        ],
        hint: "a selector can't be changed: give the new Deployment another name",
      }),
    }),
    outcome(settings, "failed", {
      place: at(40),
      error: failure("another field manager owns 1 field", {
        code: "conflict",
        exitStatus: 4,
        causes: [
          { path: ".data.mode", place: at(44, 9), message: "owned by kubectl-edit (Update, since 09:12)" },
        ],
        hint: "drop the field from the manifest, or\ntake it with --force-conflicts, or\nmake kubectl-edit give it up",
      }),
    }),
    outcome(database, "unknown", {
      place: at(50),
      error: failure("the connection was lost while the answer was awaited: it may have been applied", {
        code: "unreachable",
        exitStatus: 6,
        hint: "run it again: applying twice does no harm",
      }),
    }),
    outcome(quota, "not-attempted", { place: at(60), reason: "stopped after the connection was lost" }),
    outcome({ ...quota, name: "limits" }, "not-attempted", {
      place: at(70),
      reason: "stopped after the connection was lost",
    }),
  ];
  emitAll(reporter, outcomes.slice(0, 4));
  await reporter.finish(resultOf(outcomes, { exitStatus: 5 }));
};

export const interrupted: Story = async (reporter) => {
  const outcomes = [outcome(settings, "created"), outcome(web, "not-attempted", { reason: "interrupted" })];
  emitAll(reporter, outcomes);
  await reporter.finish(resultOf(outcomes, { exitStatus: 143 }));
};

/** Fifty-one refused connections, the same warning for three objects, a CRD and a rollout to wait for. */
export const troubled: Story = async (reporter) => {
  const why = "connection refused by 10.0.0.1:443";
  for (let n = 0; n < 50; n++) {
    reporter.emit({ event: "retrying", what: `configmap/c${n}`, why, attempt: 2, seconds: 0.512 });
  }
  reporter.emit({ event: "retrying", what: "configmap/c0", why, attempt: 3, seconds: 12.4 });
  const outcomes = ["a", "b", "c"].map((name) =>
    outcome({ ...web, name }, "created", { warnings: ["apps/v1beta1 Deployment is deprecated"] }),
  );
  for (const one of outcomes) {
    reporter.emit({ event: "warning", message: "apps/v1beta1 Deployment is deprecated", ref: one.ref });
    reporter.emit({ event: "outcome", outcome: one });
  }
  const what = "deployment.apps/a";
  reporter.emit({ event: "waiting", what, why: "1 of 3 replicas are available" });
  reporter.emit({ event: "waiting", what, why: "1 of 3 replicas are available" });
  reporter.emit({ event: "waiting", what, why: "2 of 3 replicas are available" });
  await reporter.finish(resultOf(outcomes));
};

function deployment(image: string, replicas: number): KubeObject {
  const containers = [{ name: "web", image, ports: [{ containerPort: 8080, protocol: "TCP" }] }];
  return objectOf(web, {
    spec: { replicas, selector: { matchLabels: { app: "web" } }, template: { spec: { containers } } },
  });
}

const replicas = contest("spec.replicas", at(20, 13));
const image = "spec.template.spec.containers[name=web].image";

/** Two objects with conflicts around one that fails otherwise; the values of one are secret, of the other long. */
export const conflicts: Story = async (reporter) => {
  const conflict = (...contests: Contest[]): Failure =>
    failure("another field manager owns fields that the manifest sets otherwise", {
      code: "conflict",
      exitStatus: 4,
      causes: contests.map((one) => ({
        path: one.path,
        place: one.place,
        message: "conflict",
        contest: one,
      })),
      hint: "drop the field, or\ntake it",
    });
  const password = contest("data.password", at(45, 13), {
    owner: editor,
    live: base64("changed-by-hand"),
    wanted: base64("from-the-manifest"),
  });
  const motd = contest('data["motd.txt"]', at(62, 15), {
    owner: { manager: "argocd", operation: "Apply", apiVersion: "v1" },
    live: "good morning\n".repeat(20),
    wanted: "good evening",
  });
  const outcomes = [
    outcome(web, "failed", {
      place: at(12),
      error: conflict(
        replicas,
        contest(image, at(31, 18), { owner: editor, live: "web:1-hotfix", wanted: "web:2" }),
      ),
    }),
    outcome(shop, "failed", { place: at(1), error: failure("the server says no") }),
    outcome(database, "failed", { place: at(40), error: conflict(password) }),
    outcome(settings, "failed", { place: at(60), error: conflict(motd) }),
  ];
  emitAll(reporter, outcomes);
  await reporter.finish(resultOf(outcomes, { exitStatus: 4 }));
};

/** Fields that others own are left, taken over and overwritten. */
export const owned: Story = async (reporter) => {
  const clientSide = {
    manager: "kubectl-client-side-apply",
    operation: "Update",
    apiVersion: "apps/v1",
  } as const;
  const own = (name: string): Ref => ({ ...web, name });
  const sides = (ref: Ref, from: string, to: string): Pick<Outcome, "before" | "after"> => ({
    before: { ...deployment(from, 5), metadata: { name: ref.name } },
    after: { ...deployment(to, 5), metadata: { name: ref.name } },
  });
  const byHand: Origin = { by: "others", owners: [editor] };
  const outcomes = [
    outcome(own("left"), "configured", {
      place: at(12),
      preview: "server",
      ...sides(own("left"), "web:1", "web:2"),
      differences: [{ path: image, before: "web:1", after: "web:2", origin: { by: "manifest" } }],
      yielded: [replicas],
    }),
    outcome(own("drifted"), "configured", {
      place: at(42),
      preview: "predicted",
      reason: "--read-only",
      ...sides(own("drifted"), "web:1-hotfix", "web:2"),
      differences: [
        { path: image, before: "web:1-hotfix", after: "web:2", origin: byHand },
        { path: "metadata.labels.team", after: "shop", origin: { by: "unknown" } },
        {
          path: "spec.paused",
          before: true,
          after: false,
          origin: { by: "others", owners: [scaler, editor] },
        },
        { path: "spec.minReadySeconds", before: 5, after: 6, origin: { by: "manifest" } },
      ],
    }),
    outcome(own("migrated"), "configured", {
      place: at(72),
      preview: "server",
      ...sides(own("migrated"), "web:2", "web:2"),
      takenOver: [{ ...clientSide, since: "2026-11-19T08:00:00Z" }],
    }),
    outcome(own("shared"), "configured", {
      place: at(82),
      preview: "server",
      ...sides(own("shared"), "web:2", "web:2"),
    }),
    outcome(own("scaled"), "unchanged", { place: at(102), yielded: [replicas] }),
    outcome(own("new"), "created", {
      place: at(132),
      preview: "predicted",
      reason: "--read-only",
      after: objectOf(own("new"), { spec: { replicas: 1 } }),
    }),
  ];
  emitAll(reporter, outcomes);
  await reporter.finish(resultOf(outcomes));
};

/** Certificates in base64, an image, a script and a file with tabs. */
export const embeds: Story = async (reporter) => {
  const hook = {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingWebhookConfiguration",
    name: "policy",
  };
  const certificate = (line: string): string =>
    base64(
      `-----BEGIN CERTIFICATE-----\nMIIBdzCCAR2gAwIBAgIBADAKBggqhkjOPQQDAjA\n${line}\n-----END CERTIFICATE-----\n`,
    );
  const webhooks = (line: string): KubeObject =>
    objectOf(hook, {
      webhooks: [
        {
          name: "pods.example.com",
          clientConfig: { caBundle: certificate(line), url: "https://pods.example.com" },
        },
      ],
    });
  const files = (picture: number, command: string): KubeObject =>
    objectOf(settings, {
      binaryData: { "logo.png": Buffer.alloc(1204, picture).toString("base64") },
      data: { Makefile: `all:\n\t${command}\n`, "start.sh": `#!/bin/sh\nset -e \n${command}\n` },
    });
  const outcomes = [
    outcome(hook, "configured", { before: webhooks("old"), after: webhooks("new") }),
    outcome(settings, "configured", { before: files(1, "make"), after: files(2, "make -j4") }),
  ];
  await reporter.finish(resultOf(outcomes, { command: "diff", exitStatus: 1 }));
};

/** A changed Deployment and Secret, a new ConfigMap (its namespace too), a deleted one, an unchanged and an unknown one. */
export const differs: Story = async (reporter) => {
  const created = objectOf(settings, { data: { mode: "fast", motd: "hello\nshop\n" } });
  const old = { ...settings, name: "old" };
  const outcomes = [
    outcome(web, "configured", {
      place: at(12),
      before: deployment("web:1", 2),
      after: deployment("web:2", 2),
      differences: [{ path: "spec.template.spec.containers[0].image", before: "web:1", after: "web:2" }],
    }),
    outcome(database, "configured", {
      place: at(40),
      before: objectOf(database, { data: { user: base64("shop-user"), password: base64("old-password") } }),
      after: objectOf(database, { data: { user: base64("shop-user"), password: base64("new-password!") } }),
      differences: [
        { path: "data.password", before: base64("old-password"), after: base64("new-password!") },
      ],
    }),
    outcome(settings, "created", { place: at(50), preview: "namespace-pending" }),
    outcome(old, "deleted", { place: at(0, 0, ""), before: objectOf(old, { data: { a: "1" } }) }),
    outcome({ ...web, name: "api" }, "unchanged", { place: at(60) }),
    outcome({ ...web, name: "hooked" }, "unknown", {
      place: at(70),
      reason: "the webhook audit.example.com does not support dry run",
    }),
  ];
  reporter.knowSecrets([{ ref: { ...settings, namespace: undefined }, body: created }]);
  reporter.emit({ event: "planning", objects: 6 });
  for (const { ref, action } of outcomes) reporter.emit({ event: "planned", ref, action });
  await reporter.finish(resultOf(outcomes, { command: "diff", exitStatus: 1 }));
};

export const nothingDiffers: Story = async (reporter) => {
  await reporter.finish(
    resultOf([outcome(web, "unchanged"), outcome(settings, "unchanged")], { milliseconds: 34 }),
  );
};

export const unsent: Story = async (reporter) => {
  const refs = [shop, settings, web];
  reporter.knowSecrets(refs.map((ref) => ({ ref, body: objectOf(ref) })));
  reporter.emit({ event: "started", command: "apply", manifests: 3 });
  await reporter.finish(resultOf([], { server: undefined }));
};

export const brokenInput: Story = (reporter) => {
  const quote = 'quote it: "8080"';
  reporter.problems(
    [
      problem("expected a string, found the number 8080", at(31, 11), "data.port", quote),
      problem("unknown field replica", at(12, 3), "spec.replica", "did you mean replicas?"),
      problem("expected a string, found the number 9090", at(32, 12), "data.admin", quote),
      problem("the block that begins here is never closed", at(3, 9, "shop/queue.yaml")),
    ],
    [problem("kind Widget of example.com/v1 is known to no schema", at(1, 1, "widget.yaml"))],
  );
};

export const valid: Story = async (reporter) => {
  reporter.emit({ event: "started", command: "validate", manifests: 12 });
  reporter.problems(
    [],
    [problem("kind Widget of example.com/v1 is known to no schema", at(1, 1, "widget.yaml"))],
  );
  await reporter.finish(resultOf([], { command: "validate" }));
};
