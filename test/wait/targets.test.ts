import { describe, expect, test } from "vitest";
import { KapplyError } from "../../src/errors.js";
import { parseApiVersion } from "../../src/group-version.js";
import { bundledRows } from "../../src/schema/bundled.js";
import {
  findKind,
  kindRow,
  mayBeOf,
  mayComeToBe,
  parseAsked,
  parseTarget,
  questionsFor,
} from "../../src/wait/index.js";
import type { KindRow } from "../../src/wait/index.js";

const builtIn = bundledRows().flatMap(([apiVersion, kind, row]) => {
  const { group, version } = parseApiVersion(apiVersion);
  return row["stored"] === true
    ? [kindRow(group, version, kind, row)].filter((found) => found !== undefined)
    : [];
});

const custom = (group: string, version = "v1", names: Partial<KindRow> = {}): KindRow => ({
  group,
  version,
  kind: "Widget",
  plural: "widgets",
  singular: "widget",
  shortNames: ["wi"],
  namespaced: true,
  ...names,
});

const found = (word: string, rows: readonly KindRow[] = builtIn): string | undefined => {
  const row = findKind(word, rows);
  return row && `${row.plural}.${row.version}.${row.group}`;
};

function complaint(work: () => unknown): [message: string, hint: string | undefined] {
  try {
    work();
  } catch (error) {
    if (error instanceof KapplyError && error.code === "usage") return [error.message, error.details.hint];
  }
  throw new Error("nothing is wrong with it");
}

describe("objects on the command line", () => {
  test.each([
    [["deploy/web"], [["deploy", "web"]]],
    [
      ["deploy/web", "certificates.cert-manager.io/web"],
      [
        ["deploy", "web"],
        ["certificates.cert-manager.io", "web"],
      ],
    ],
    [
      ["svc", "db", "cache"],
      [
        ["svc", "db"],
        ["svc", "cache"],
      ],
    ],
    [
      ["svc,job", "db"],
      [
        ["svc", "db"],
        ["job", "db"],
      ],
    ],
    [["clusterrole/system:node"], [["clusterrole", "system:node"]]],
  ])("%j", (args, targets) => {
    expect(parseAsked(args)).toEqual(targets.map(([word, name]) => ({ by: "name", word, name })));
  });
  test("may be one text", () => {
    expect(parseTarget("service/db")).toEqual({ word: "service", name: "db" });
    expect(parseTarget("service db")).toEqual({ word: "service", name: "db" });
  });
  test("are refused when a kind is named apart and with a name", () => {
    expect(complaint(() => parseAsked(["svc", "svc/db"]))).toEqual([
      "svc/db stands beside a kind of its own: svc svc/db",
      "write either KIND/NAME for each, or KIND NAME NAME",
    ]);
  });
  test("are refused without a name", () => {
    expect(complaint(() => parseAsked(["deploy"]))).toEqual([
      "deploy names no object",
      "say which: deploy/NAME, deploy -l SELECTOR, or deploy --all",
    ]);
  });
  test("may be chosen by their labels, of one kind or several", () => {
    expect(parseAsked(["pod,svc,pod"], "app=web")).toEqual([
      { by: "labels", word: "pod", selector: "app=web" },
      { by: "labels", word: "svc", selector: "app=web" },
    ]);
  });
  test.each([[["pod/web"]], [["pod", "web"]]])("are not chosen by their labels and named: %j", (args) => {
    expect(complaint(() => parseAsked(args, "app=web"))).toEqual([
      `-l chooses objects by their labels, and ${args.join(" ")} names them`,
      "say either, as in pod -l app=web, or pod/NAME",
    ]);
  });

  test("by labels that are empty are refused", () => {
    for (const selector of ["", " "])
      expect(complaint(() => parseAsked(["pod"], selector))).toEqual([
        "-l is empty, and chooses no objects",
        "say which labels they have, as in pod -l app=web, or pod --all",
      ]);
  });
  test("may be all of a kind", () => {
    expect(parseAsked(["node"], undefined, true)).toEqual([{ by: "labels", word: "node", selector: "" }]);
    expect(complaint(() => parseAsked(["node/a"], undefined, true))).toEqual([
      "--all chooses all objects of a kind, and node/a names them",
      "say either, as in node --all, or node/NAME",
    ]);
    expect(complaint(() => parseAsked(["pod"], "app=web", true))).toEqual([
      "--all chooses all objects of a kind, and -l only some",
      "say either, as in pod --all, or pod -l app=web",
    ]);
  });
  test("are refused as a kind that is none, with labels too", () => {
    expect(complaint(() => parseAsked(["pod,"], "app=web"))[0]).toBe('"pod," is not KIND/NAME');
  });
  test.each(["a/b/c", "/web", "deploy/", "deploy/..", "deploy/a%2fb", "deploy/a?b", "../x", "deploy/a b"])(
    "are refused as %j",
    (text) => {
      expect(complaint(() => parseTarget(text))).toEqual([
        `${JSON.stringify(text)} is not KIND/NAME`,
        "write it as deployment/web, svc/db or certificates.cert-manager.io/web",
      ]);
    },
  );
});

describe("a kind's word", () => {
  // What `kubectl get WORD` took it for on Kubernetes 1.36.
  test.each([
    ["deploy", "deployments.v1.apps"],
    ["Deployment", "deployments.v1.apps"],
    ["deployments.apps", "deployments.v1.apps"],
    ["deploy.apps", "deployments.v1.apps"],
    ["deploy.v1.apps", "deployments.v1.apps"],
    ["Deployment.v1.apps", "deployments.v1.apps"],
    ["deploy.ap", "deployments.v1.apps"],
    ["sc.storage", "storageclasses.v1.storage.k8s.io"],
    ["POD", "pods.v1."],
    ["pods.v1.", "pods.v1."],
    ["ev", "events.v1."],
    ["events.events.k8s.io", "events.v1.events.k8s.io"],
    ["hpa", "horizontalpodautoscalers.v2.autoscaling"],
    ["hpa.v1.autoscaling", "horizontalpodautoscalers.v1.autoscaling"],
    ["crds", "customresourcedefinitions.v1.apiextensions.k8s.io"],
    ["ing", "ingresses.v1.networking.k8s.io"],
    ["ep", "endpoints.v1."],
  ])("%s is %s", (word, type) => {
    expect(found(word)).toBe(type);
  });
  test.each(["eps", "widget", "nothing.at.all", "pods.v1", "pod.core", "deploy.v2.apps", "tokenreview", ""])(
    "%j is nothing",
    (word) => {
      expect(findKind(word, builtIn)).toBeUndefined();
    },
  );
  test("finds each built-in kind by each of its names and its group", () => {
    expect(builtIn.length).toBeGreaterThan(50);
    for (const row of builtIn)
      for (const name of [row.plural, row.singular, row.kind, ...row.shortNames])
        expect(findKind(`${name}.${row.version}.${row.group}`, builtIn)).toBe(row);
  });
  test("means the newest stable version", () => {
    const versions = ["v1alpha1", "v2beta1", "v1", "v10", "v2", "foo"].map((version) =>
      custom("shop.example", version),
    );
    expect(found("wi", versions)).toBe("widgets.v10.shop.example");
    expect(found("wi", versions.slice(0, 2))).toBe("widgets.v2beta1.shop.example");
  });
  test("prefers the core group, and a plural to a short name", () => {
    const services = custom("serving.example", "v1", {
      kind: "Service",
      plural: "services",
      singular: "service",
      shortNames: ["svc"],
    });
    expect(found("svc", [services, ...builtIn])).toBe("services.v1.");
    const short = custom("a.example", "v1", {
      plural: "longs",
      singular: "long",
      kind: "Long",
      shortNames: ["widgets"],
    });
    expect(found("widgets", [short, custom("b.example")])).toBe("widgets.v1.b.example");
  });
  test("that several groups have has to be told apart", () => {
    const rows = [custom("a.example"), custom("b.example")];
    expect(complaint(() => findKind("wi", rows))).toEqual([
      "wi may be any of widgets.a.example, widgets.b.example",
      "say which: widgets.a.example/NAME",
    ]);
    expect(found("wi.b.example", rows)).toBe("widgets.v1.b.example");
  });
});

describe("a kind that is not built in", () => {
  test.each([
    ["widget", [{ ask: "all" }]],
    ["widget.shop.example", [{ ask: "group", group: "shop.example" }, { ask: "all" }]],
    [
      "widget.v1.shop.example",
      [
        { ask: "version", group: "shop.example", version: "v1" },
        { ask: "group", group: "v1.shop.example" },
        { ask: "all" },
      ],
    ],
  ])("%s is asked for", (word, questions) => {
    expect(questionsFor(word)).toEqual(questions);
  });
  test.each(["certificates.cert-manager.io", "certificates.v1.cert-manager.io", "Gizmo.v2.shop.example"])(
    "%s may be served later",
    (word) => {
      expect(mayComeToBe(word)).toBe(true);
    },
  );
  test.each(["certificates", "certificates.cert-manager", "deploy.v2.apps", "certificates.v1", ""])(
    "%j says too little to be waited for",
    (word) => {
      expect(mayComeToBe(word)).toBe(false);
    },
  );
  test("may be of any group, unless its word says which", () => {
    expect(mayBeOf("gizmo", "metrics.k8s.io")).toBe(true);
    expect(mayBeOf("gizmo.shop", "metrics.k8s.io")).toBe(false);
    expect(mayBeOf("gizmo.v1.shop.ex", "shop.example")).toBe(true);
  });
  test("is read from what discovery answers", () => {
    const resource = {
      name: "widgets",
      singularName: "",
      kind: "Widget",
      namespaced: true,
      shortNames: ["wi"],
    };
    expect(kindRow("shop.example", "v1", "Widget", resource)).toEqual(custom("shop.example"));
    expect(kindRow("shop.example", "v1", "Widget", { ...resource, name: "widgets/status" })).toBeUndefined();
  });
});
