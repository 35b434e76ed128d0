import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { KapplyError } from "../../src/errors.js";
import type { JsonObject } from "../../src/json.js";
import type { KubeObject } from "../../src/model.js";
import { meets, parseFor, sightingsOf } from "../../src/wait/index.js";
import { asksReadiness } from "../../src/wait/meets.js";
import type { Readiness } from "../../src/wait/index.js";
import {
  condition,
  container,
  counts,
  deployment,
  failed,
  live,
  pod,
  podWaiting,
  ready,
  seen,
  seenFor,
  waiting,
  waitsFor,
} from "./objects.js";

const notReady = "ContainersNotReady: containers with unready status: [side]";

const web = live(
  "v1",
  "Pod",
  {
    status: seen({
      phase: "Running",
      conditions: [
        condition("Ready", "False", "ContainersNotReady", "containers with unready status: [side]"),
        condition("Initialized", "True"),
        { ...condition("Old", "True"), observedGeneration: 1 },
      ],
      containerStatuses: [
        { name: "web", ready: true, restartCount: 2, state: { running: {} } },
        { name: "side", ready: false, restartCount: 0, state: waitsFor("ImagePullBackOff") },
      ],
      initContainerStatuses: [],
      nothing: null,
      big: 12345678901234567890n,
    }),
  },
  { labels: { tier: "3" }, annotations: { "a.b/c": "dotted", "it's": "quoted", "a=b": "equal" } },
);

const check = (text: string, object: KubeObject | undefined = web): Readiness =>
  meets(parseFor(text), object, undefined, []);

/** What is wrong with a value of `--for`: message and hint. */
function complaint(text: string): [message: string, hint: string | undefined] {
  try {
    parseFor(text);
  } catch (error) {
    if (error instanceof KapplyError && error.code === "usage") return [error.message, error.details.hint];
  }
  throw new Error(`${text} was taken`);
}

describe("--for=create and --for=delete", () => {
  test("ask whether the object is there, in any case of letters", () => {
    expect(check("create")).toEqual(ready);
    expect(check("CREATE")).toEqual(ready);
    expect(meets(parseFor("create"), undefined)).toEqual(waiting("it does not exist"));
    expect(meets(parseFor("delete"), undefined)).toEqual(ready);
    expect(check("delete")).toEqual(waiting("it still exists"));
    const going = live(
      "v1",
      "Pod",
      {},
      { deletionTimestamp: "2026-01-01T00:00:00Z", finalizers: ["x.example/hold"] },
    );
    expect(check("delete", going)).toEqual(waiting("it is being deleted (finalizers: x.example/hold)"));
  });
  test("everything else waits for what does not exist", () => {
    for (const text of ["ready", "condition=Ready", "jsonpath={.status.phase}"])
      expect(meets(parseFor(text), undefined)).toEqual(waiting("it does not exist"));
  });
});

describe("--for=ready", () => {
  test("is the readiness of the kind", () => {
    expect(check("ready", pod({ phase: "Succeeded" }))).toEqual(ready);
    const waits = pod({ containerStatuses: [container("web", waitsFor("ContainerCreating"))] });
    expect(check("ready", waits)).toEqual(waiting("container web: ContainerCreating"));
  });
  test("of a Service that is named needs its endpoints", () => {
    const db = live("v1", "Service", { spec: { selector: { app: "db" } } }, { name: "db" });
    expect(meets(parseFor("ready"), db)).toEqual(waiting("its EndpointSlices have not been read yet"));
    expect(meets(parseFor("ready"), db, undefined, [])).toEqual(
      waiting("it has no endpoints: no Pod with app=db has an address"),
    );
  });
  test("of a Job that is named is done, not suspended", () => {
    const job = (status: JsonObject): KubeObject =>
      live("batch/v1", "Job", { spec: { suspend: true }, status });
    expect(check("ready", job({}))).toEqual(waiting("it is suspended (spec.suspend)"));
    expect(check("ready", job({ conditions: [condition("Complete", "True")] }))).toEqual(ready);
  });
  test("of a custom resource gives its controller a time to report", () => {
    const certificate = (rest: JsonObject): KubeObject => live("cert-manager.io/v1", "Certificate", rest);
    const why = waiting("it has no status: its controller has not reported yet");
    for (const fresh of [certificate({}), certificate({ status: {} })]) {
      expect(check("ready", fresh)).toEqual(why);
      expect(meets(parseFor("ready"), fresh, seenFor(9_999))).toEqual(why);
      expect(meets(parseFor("ready"), fresh, seenFor(10_000))).toEqual(ready);
      expect(sightingsOf(fresh)).toHaveLength(1);
    }
    expect(check("ready", certificate({ status: { revision: 1 } }))).toEqual(ready);
    expect(sightingsOf(certificate({ status: { revision: 1 } }))).toEqual([]);
    for (const apiVersion of ["v1", "rbac.authorization.k8s.io/v1", "apps/v1"])
      expect(check("ready", live(apiVersion, "Role"))).toEqual(ready);
  });
});

describe("--for=condition", () => {
  test.each([
    "condition=Initialized",
    "condition=initialized=TRUE",
    "condition=Ready=false",
    "condition=READY=False",
  ])("%s is met", (text) => {
    expect(check(text)).toEqual(ready);
  });
  test.each([
    ["condition=Ready", "condition Ready is False: container side: ImagePullBackOff"],
    ["condition=Ready=Unknown", `condition Ready is False: ${notReady}`],
    ["condition=Initialized=False", "condition Initialized is True"],
    ["condition=Nothing", "it has no condition Nothing yet"],
    ["condition=Nothing=False", "it has no condition Nothing yet"],
    ["condition=Old", "condition Old is not about the newest change yet"],
  ])("%s waits: %s", (text, why) => {
    expect(check(text)).toEqual(waiting(why));
  });
  test("is not about an older spec than the object has", () => {
    const status = { observedGeneration: 1, conditions: [condition("Available", "True")] };
    expect(check("condition=Available", live("apps/v1", "Deployment", { status }))).toEqual(
      waiting("condition Available is not about the newest change yet"),
    );
  });
  test("fails when the Job or Pod has ended otherwise", () => {
    const job = live("batch/v1", "Job", {
      status: { conditions: [condition("Failed", "True", "DeadlineExceeded")] },
    });
    expect(check("condition=Complete", job)).toEqual(failed("the Job has failed: DeadlineExceeded"));
    expect(check("condition=Failed", job)).toEqual(ready);
    expect(check("condition=Ready", pod({ phase: "Succeeded" }))).toEqual(failed("the Pod has completed"));
    expect(check("condition=Ready", pod({ phase: "Failed", reason: "Evicted" }))).toEqual(
      failed("it has failed: Evicted"),
    );
  });
  test("waits for a Pod that comes back under its name", () => {
    const ownerReferences = [{ apiVersion: "apps/v1", kind: "StatefulSet", name: "db", controller: true }];
    const evicted = pod({ phase: "Failed", reason: "Evicted" }, { ownerReferences });
    const why = "it has failed: Evicted; its StatefulSet is to make it anew";
    expect(check("condition=Ready", evicted)).toEqual(waiting(`it has no condition Ready yet: ${why}`));
    expect(check("jsonpath={.status.phase}=Running", evicted).is).toBe("waiting");
    expect(check("ready", evicted)).toEqual(waiting(why));
  });
  test("waits for Failed while a Job is about to fail", () => {
    const job = live("batch/v1", "Job", { status: { conditions: [condition("FailureTarget", "True")] } });
    expect(check("condition=Failed", job)).toEqual(waiting("it has no condition Failed yet"));
  });
});

describe("a condition that comes with being ready", () => {
  const unscheduled = condition("PodScheduled", "False", "Unschedulable", "0/3 nodes are available");
  test("says what keeps a Pod from it", () => {
    const why = "it has no condition Ready yet: Unschedulable: 0/3 nodes are available";
    expect(check("condition=Ready", pod({ phase: "Pending", conditions: [unscheduled] }))).toEqual(
      waiting(why),
    );
    const slow = condition("Ready", "False", "ContainersNotReady", "containers with unready status: [web]");
    expect(check("condition=ready=true", pod({ phase: "Running", conditions: [slow] }))).toEqual(
      waiting("condition ready is False: containers with unready status: [web]"),
    );
  });
  test("fails with an image that can't be pulled, and goes on through crashes", () => {
    const never = podWaiting("ImagePullBackOff", "no such thing");
    const goal = parseFor("condition=ContainersReady");
    expect(meets(goal, never, seenFor(29_999))).toEqual(
      waiting("it has no condition ContainersReady yet: container web: ImagePullBackOff: no such thing"),
    );
    expect(meets(goal, never, seenFor(30_000))).toEqual(
      failed("container web: ImagePullBackOff: no such thing"),
    );
    expect(meets(goal, podWaiting("CrashLoopBackOff", "back-off 20s"), seenFor(Infinity))).toEqual(
      waiting("it has no condition ContainersReady yet: container web: CrashLoopBackOff: back-off 20s"),
    );
  });
  test("of a Deployment says how far it is, and fails when its rollout stalled", () => {
    const short = condition("Available", "False", "MinimumReplicasUnavailable");
    const web = (progressing: JsonObject): KubeObject =>
      deployment({ replicas: 1 }, seen({ ...counts(1, 1, 0), conditions: [short, progressing] }));
    expect(check("condition=Available", web(condition("Progressing", "True", "ReplicaSetUpdated")))).toEqual(
      waiting("condition Available is False: 0 of 1 replica is ready"),
    );
    expect(
      check("condition=Available", web(condition("Progressing", "False", "ProgressDeadlineExceeded"))),
    ).toEqual(failed("ProgressDeadlineExceeded; 0 of 1 replica is ready"));
    expect(
      check("condition=Progressing", web(condition("Progressing", "False", "ProgressDeadlineExceeded"))),
    ).toEqual(waiting("condition Progressing is False: ProgressDeadlineExceeded"));
  });
  test("of a Job fails as soon as the Job is about to, and says that it is suspended", () => {
    const job = (rest: JsonObject): KubeObject => live("batch/v1", "Job", rest);
    const failing = [condition("FailureTarget", "True", "BackoffLimitExceeded")];
    expect(check("condition=Complete", job({ status: { conditions: failing } }))).toEqual(
      failed("the Job has failed: BackoffLimitExceeded"),
    );
    expect(check("condition=Complete", job({ spec: { suspend: true } }))).toEqual(
      waiting("it has no condition Complete yet: it is suspended (spec.suspend)"),
    );
  });
  test("is none of any other kind, of another value or of another name", () => {
    const asks = (text: string, object: KubeObject): boolean => asksReadiness(parseFor(text), object);
    for (const text of ["ready", "condition=Available", "condition=ready=true"])
      expect(asks(text, deployment({}, {}))).toBe(true);
    for (const text of ["condition=Available=False", "condition=Progressing", "jsonpath={.spec}", "create"])
      expect(asks(text, deployment({}, {}))).toBe(false);
    expect(asks("condition=Available", live("apiregistration.k8s.io/v1", "APIService"))).toBe(false);
  });
});

describe("--for=jsonpath", () => {
  test.each([
    "jsonpath={.status.phase}",
    "jsonpath={.status.phase}=Running",
    "jsonpath={status.phase}=Running",
    "jsonpath=.status.phase=Running",
    "jsonpath=status.phase=Running",
    "jsonpath='{.status.phase}'=Running",
    "jsonpath={.status.phase}='Running'",
    'jsonpath="{.status.phase}"="Running"',
    "jsonpath={$.status.phase}= Running ",
    "jsonpath={.status.containerStatuses[0].ready}=true",
    "jsonpath={.status.containerStatuses[-1].ready}=false",
    "jsonpath={.status.containerStatuses[0].restartCount}=2",
    "jsonpath={.status.big}=12345678901234567890",
    "jsonpath={.status.nothing}",
    'jsonpath={.status.conditions[?(@.type=="Initialized")].status}=True',
    "jsonpath={.status.conditions[?(@.type=='Initialized')].status}=True",
    'jsonpath=status.conditions[?(@.type=="Initialized")].status=True',
    "jsonpath={.status.containerStatuses[?(@.restartCount>1)].name}=web",
    "jsonpath={.status.containerStatuses[?(@.restartCount<=0)].name}=side",
    "jsonpath={.status.containerStatuses[?(@.ready != true)].name}=side",
    "jsonpath={.status.containerStatuses[?(@.state.waiting)].name}=side",
    "jsonpath={.status.containerStatuses[?(.state.waiting.reason=='ImagePullBackOff')].name}=side",
    String.raw`jsonpath={.metadata.annotations.a\.b/c}=dotted`,
    String.raw`jsonpath={.metadata.annotations['a\.b/c']}=dotted`,
    "jsonpath={.metadata.annotations['a.b/c']}=dotted",
    `jsonpath={.metadata.annotations["it's"]}=quoted`,
    "jsonpath={.metadata.annotations['a=b']}=equal",
    "jsonpath={['metadata']['labels'].tier}=3",
    "jsonpath={.metadata.labels.*}=3",
    "jsonpath={.metadata.labels[*]}=3",
  ])("%s is met", (text) => {
    expect(check(text)).toEqual(ready);
  });
  test.each([
    ["jsonpath={.status.phase}=running", "{.status.phase} is Running, not running"],
    ["jsonpath={.status.phase}=a=b", "{.status.phase} is Running, not a=b"],
    ["jsonpath=status.nothing.at.all", "there is nothing at status.nothing.at.all yet"],
    [
      "jsonpath={.status.containerStatuses[9].ready}",
      "there is nothing at {.status.containerStatuses[9].ready} yet",
    ],
    [
      "jsonpath={.status.initContainerStatuses[0]}",
      "there is nothing at {.status.initContainerStatuses[0]} yet",
    ],
    ["jsonpath={.status.phase[0]}", "there is nothing at {.status.phase[0]} yet"],
    ["jsonpath={.status.phase[?(@.a)]}", "there is nothing at {.status.phase[?(@.a)]} yet"],
    [
      "jsonpath={.status.containerStatuses[?(@.name>1)].name}",
      "there is nothing at {.status.containerStatuses[?(@.name>1)].name} yet",
    ],
    ["jsonpath={.constructor}", "there is nothing at {.constructor} yet"],
    ["jsonpath={.__proto__}", "there is nothing at {.__proto__} yet"],
  ])("%s waits: %s", (text, why) => {
    expect(check(text)).toEqual(waiting(why));
  });
  test("fails where it can't lead to one value", () => {
    expect(check("jsonpath={.status.conditions[*].type}=Ready")).toEqual(
      failed("{.status.conditions[*].type} leads to 3 values, and only one can be waited for"),
    );
    expect(check("jsonpath={.status}=x")).toEqual(
      failed("{.status} leads to an object, which has no one value"),
    );
    expect(check("jsonpath={.status.conditions}=x")).toEqual(
      failed("{.status.conditions} leads to a list, which has no one value"),
    );
    expect(check("jsonpath={.status.conditions}")).toEqual(ready);
  });
  test("fails when the Job or Pod has ended, unless what is asked for is so or may still come", () => {
    const bad = live("batch/v1", "Job", {
      status: { failed: 1, conditions: [condition("Failed", "True", "BackoffLimitExceeded")] },
    });
    const why = "the Job has failed: BackoffLimitExceeded";
    expect(check("jsonpath={.status.succeeded}=1", bad)).toEqual(failed(why));
    expect(check("jsonpath={.metadata.labels.seen}", bad)).toEqual(failed(why));
    expect(check("jsonpath={.status.failed}=1", bad)).toEqual(ready);
    const good = live("batch/v1", "Job", {
      status: { succeeded: 1, conditions: [condition("Complete", "True")] },
    });
    expect(check("jsonpath={.status.failed}=1", good)).toEqual(failed("the Job has completed"));
    expect(check("jsonpath={.metadata.labels.seen}", good).is).toBe("waiting");
    expect(check("jsonpath={.status.phase}=Running", pod({ phase: "Failed", reason: "Evicted" }))).toEqual(
      failed("it has failed: Evicted"),
    );
  });
  test("waits while a Job is about to fail", () => {
    const job = live("batch/v1", "Job", { status: { conditions: [condition("FailureTarget", "True")] } });
    expect(check("jsonpath={.status.failed}=1", job).is).toBe("waiting");
  });
  test("never shows what is in a Secret", () => {
    const secret = live("v1", "Secret", { data: { password: "aHVudGVyMg==" } });
    expect(check("jsonpath={.data.password}=c2VjcmV0", secret)).toEqual(
      waiting("{.data.password} has another value"),
    );
    expect(check("jsonpath={.data.password}=aHVudGVyMg==", secret)).toEqual(ready);
  });
  test("finds any key by its quoted name, and no other", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), (key, other) => {
        fc.pre(key !== other);
        const quoted = `'${key.replace(/[\\']/g, String.raw`\$&`)}'`;
        const holding = (name: string): KubeObject =>
          JSON.parse(`{"data":{${JSON.stringify(name)}:"here"}}`) as KubeObject;
        expect(check(`jsonpath={.data[${quoted}]}=here`, holding(key))).toEqual(ready);
        expect(check(`jsonpath={.data[${quoted}]}=here`, holding(other)).is).toBe("waiting");
      }),
    );
  });
});

describe("what --for does not take", () => {
  const forms = "ready, create, delete, condition=NAME[=VALUE], jsonpath={PATH}[=VALUE]";
  const condition = "--for=condition=Available, or --for=condition=Available=False";
  test.each([
    ["", `--for= is none of ${forms}`, "--for=ready"],
    ["deleted", `--for=deleted is none of ${forms}`, "did you mean --for=delete?"],
    [
      "Available",
      `--for=Available is none of ${forms}`,
      "for a condition of that name: --for=condition=Available",
    ],
    ["Ready=True", `--for=Ready=True is none of ${forms}`, "did you mean --for=ready?"],
    [
      "conditon=Ready",
      `--for=conditon=Ready is none of ${forms}`,
      "--for=condition=NAME, as in --for=condition=Available",
    ],
    [
      "jsonpth={.a}",
      `--for=jsonpth={.a} is none of ${forms}`,
      "--for=jsonpath={.PATH}=VALUE, as in --for=jsonpath={.status.phase}=Running",
    ],
    [
      "{.status.phase}=Running",
      `--for={.status.phase}=Running is none of ${forms}`,
      "for a value at a path: --for=jsonpath={.status.phase}=Running",
    ],
    ["condition=", "--for=condition= does not name a condition and its value", condition],
    ["condition=Ready=", "--for=condition=Ready= does not name a condition and its value", condition],
    [
      "jsonpath={.a}=",
      "--for=jsonpath={.a}= has no value after the equal sign",
      "--for=jsonpath={.a}=VALUE, or --for=jsonpath={.a} for any value",
    ],
    [
      "jsonpath={.spec.replicas}==2",
      "--for=jsonpath={.spec.replicas}==2 has two equal signs after the path",
      "one is enough: --for=jsonpath={.spec.replicas}=2",
    ],
    [
      "jsonpath='{.a}'==",
      "--for=jsonpath='{.a}'== has two equal signs after the path",
      "one is enough: --for=jsonpath={.a}=VALUE",
    ],
    [
      "jsonpath={.a}=''",
      "--for=jsonpath={.a}='' has no value after the equal sign",
      "--for=jsonpath={.a}=VALUE, or --for=jsonpath={.a} for any value",
    ],
  ])("%j", (text, message, hint) => {
    expect(complaint(text)).toEqual([message, hint]);
  });
  test.each([
    ["jsonpath=", "--for=jsonpath=: it is empty"],
    ["jsonpath={}", "--for=jsonpath={}: it is empty"],
    ["jsonpath={..tier}", "--for=jsonpath={..tier}: recursive descent (..) is not supported"],
    ["jsonpath={.a..b}", "--for=jsonpath={.a..b}: recursive descent (..) is not supported"],
    ["jsonpath={.a[0:1]}", '--for=jsonpath={.a[0:1]}: it can\'t be read from "[0:1]" on'],
    ["jsonpath={.a.b==3}", '--for=jsonpath={.a.b==3}: it can\'t be read from "==3" on'],
    ["jsonpath={.a[?(@.b=1)]}", "--for=jsonpath={.a[?(@.b=1)]}: = in a filter is none of == != < <= > >="],
    ["jsonpath={.a[?(@.b==Ready)]}", "--for=jsonpath={.a[?(@.b==Ready)]}: Ready in a filter needs quotes"],
  ])("%s says where the path can't be read", (text, message) => {
    expect(complaint(text)[0]).toBe(message);
    expect(complaint(text)[1]).toMatch(/^write it as \{\.status\.phase\}/);
  });
  test.each(["jsonpath={.a}{.b}=x", "jsonpath={.a", "jsonpath=.a=b=c"])(
    "%s is not a path and a value",
    (text) => {
      expect(complaint(text)[0]).toBe(
        `--for=${text} is not a path, and at most one value after an equal sign`,
      );
      expect(complaint(text)[1]).toContain("put the path in braces");
    },
  );
  test("is a usage error, whatever it is", () => {
    const text = fc.oneof(
      fc.string(),
      fc.string().map((rest) => `jsonpath={${rest}}`),
      fc
        .string({ unit: fc.constantFrom(...Array.from("jsonpath={}.[]?()@=\"'*0 \\a")) })
        .map((rest) => `jsonpath=${rest}`),
    );
    fc.assert(
      fc.property(text, (one) => {
        try {
          meets(parseFor(one), web);
        } catch (error) {
          expect(error).toMatchObject({ name: "KapplyError", code: "usage" });
        }
      }),
      { numRuns: 500 },
    );
  });
});
