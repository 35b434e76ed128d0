import { describe, expect, test } from "vitest";
import { server } from "./make.js";

describe("the version", () => {
  test("is one that clients of Kubernetes can parse, and says whose it is", () => {
    const version = server().read("/version");
    expect(version).toMatchObject({ major: "1", minor: "36", gitVersion: "v1.36.0+kapply" });
    expect(Object.keys(version)).toEqual([
      "major",
      "minor",
      "emulationMajor",
      "emulationMinor",
      "minCompatibilityMajor",
      "minCompatibilityMinor",
      "gitVersion",
      "gitCommit",
      "gitTreeState",
      "buildDate",
      "goVersion",
      "compiler",
      "platform",
    ]);
    expect(version["platform"]).toMatch(/^(linux|darwin|windows|freebsd)\/[a-z0-9]+$/);
  });
});

describe("health", () => {
  test.each(["/healthz", "/livez", "/readyz", "/readyz/ping", "/livez/etcd", "/healthz/ping?verbose"])(
    "%s is ok",
    (path) => {
      const { status, body, contentType } = server().get(path);
      expect([status, body, contentType]).toEqual([200, "ok", "text/plain; charset=utf-8"]);
    },
  );

  test("a check that there is not is not found", () => {
    expect(server().get("/readyz/nope").status).toBe(404);
    expect(server().get("/livez/").status).toBe(404);
  });

  test("every check can be listed, and excluded", () => {
    expect(server().get("/readyz?verbose&exclude=etcd&exclude=b&exclude=a").body).toBe(
      [
        "[+]ping ok",
        "[+]log ok",
        "[+]etcd excluded: ok",
        "[+]etcd-readiness ok",
        "[+]informer-sync ok",
        "[+]shutdown ok",
        'warn: some health checks cannot be excluded: no matches for "a","b"',
        "readyz check passed",
        "",
      ].join("\n"),
    );
  });
});

describe("the list of paths", () => {
  test("has a path for each group and version, and each of them is answered", () => {
    const served = server();
    const paths = served.read("/")["paths"] as string[];
    expect(paths).toEqual([...paths].sort());
    for (const path of ["/api/v1", "/apis/apps", "/apis/autoscaling/v2", "/apis/disco.example.com/v2alpha1"])
      expect(paths).toContain(path);
    // Those of the issuer of tokens are not answered here.
    const answered = paths.filter((path) => !/openid|^\/openapi\/v3\/$/.test(path));
    for (const path of answered) expect(served.get(path).status, path).toBe(200);
  });
});
