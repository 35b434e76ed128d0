import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { environmentProxy, isExcepted } from "../../src/auth/environment-proxy.js";
import { failure, world } from "./world.js";

describe("kubectl proxy", () => {
  test.each([
    ["http://127.0.0.1:8001/", "http://127.0.0.1:8001", undefined],
    ["localhost:9000", "http://localhost:9000", undefined],
    ["8010", "http://127.0.0.1:8010", undefined],
    [":8010", "http://127.0.0.1:8010", undefined],
    ["http://localhost:8001/k8s/", "http://localhost:8001/k8s", undefined],
    ["unix:/run/k.sock", "http://localhost", "/run/k.sock"],
    ["unix:///run/k.sock", "http://localhost", "/run/k.sock"],
  ])("--proxy=%s", async (proxy, server, socketPath) => {
    const { find, said } = world();
    expect(await find({ proxy })).toMatchObject({ server, socketPath, credential: { kind: "none" } });
    expect(said).toEqual([]);
  });

  test("a relative socket is relative to where kapply runs", async () => {
    const { find, root } = world();
    expect((await find({ proxy: "unix:k.sock" })).socketPath).toBe(join(root, "work/k.sock"));
  });

  test.each([["https://localhost:8001"], ["unix:"], ["unix://"], ["ftp://x"]])(
    "--proxy=%s is refused",
    async (proxy) => {
      expect((await world().fails({ proxy })).code).toBe("usage");
    },
  );

  test("flags that name a server or a user are refused together with it", async () => {
    const error = await world().fails({ proxy: true, token: "secret", context: "dev" });
    expect(error.code).toBe("usage");
    expect(error.message).toMatch(/^--context, --token can't be used together with --proxy/);
  });

  test("a proxy of the environment is not for it", async () => {
    const { find } = world({ HTTP_PROXY: "http://p:1", http_proxy: "http://p:1" });
    expect((await find({ proxy: true })).proxyUrl).toBeUndefined();
  });

  test("[::1] and other machines come with a warning", async () => {
    const { find, said } = world();
    await find({ proxy: "http://[::1]:8001" });
    await find({ proxy: "http://kubectl-proxy.tools:8001" });
    expect(said).toEqual([
      expect.stringContaining("use 127.0.0.1"),
      expect.stringContaining("goes there unencrypted"),
    ]);
  });
});

describe("the HTTP proxy of the environment", () => {
  const https = "https://api.example:6443";

  test.each([
    [https, { HTTPS_PROXY: "http://p:1" }, "http://p:1"],
    [https, { https_proxy: "p:1" }, "http://p:1"],
    [https, { HTTPS_PROXY: "http://upper:1", https_proxy: "http://lower:1" }, "http://upper:1"],
    [https, { HTTP_PROXY: "http://p:1" }, undefined],
    ["http://api.example", { HTTP_PROXY: "http://p:1", HTTPS_PROXY: "http://q:1" }, "http://p:1"],
    ["https://localhost:6443", { HTTPS_PROXY: "http://p:1" }, undefined],
    ["https://127.9.9.9", { HTTPS_PROXY: "http://p:1" }, undefined],
    ["https://[::1]:6443", { HTTPS_PROXY: "http://p:1" }, undefined],
    [https, { HTTPS_PROXY: "socks5h://p:1" }, "socks5://p:1"],
    [https, {}, undefined],
  ])("%s with %j", (server, env, proxy) => {
    expect(environmentProxy(server, env)).toBe(proxy);
  });

  test("a value that is no proxy is an error without the value", async () => {
    const broken = Promise.resolve().then(() => environmentProxy(https, { HTTPS_PROXY: "me:secret@:x" }));
    expect((await failure(broken)).message).toBe("HTTPS_PROXY is no URL of a proxy");
  });

  // Each row as Go's httpproxy decides it.
  test.each([
    ["10.96.0.1", "443", "10.96.0.0/12", true],
    ["10.112.0.1", "443", "10.96.0.0/12", false],
    ["fd00::1", "443", "fd00::/8", true],
    ["10.96.0.1", "443", "fd00::/8", false],
    ["10.96.0.1", "443", "10.96.0.1", true],
    ["10.96.0.1", "443", "10.96.0.1:443", true],
    ["10.96.0.1", "443", "10.96.0.1:6443", false],
    ["fd00::1", "443", "[fd00::1]:443", true],
    ["fd00::1", "443", "fd00:0::1", true],
    ["10.96.0.1", "443", "::/0", false],
    ["10.96.0.1", "443", "0.0.0.0/0", true],
    ["fd00::1", "443", "[fd00::1]", false],
    ["a.example", "443", "example", true],
    ["example", "443", "example", true],
    ["example", "443", ".example", false],
    ["a.example", "443", ".example", true],
    ["a.example", "443", "*.example", true],
    ["example", "443", "*.example", false],
    ["badexample", "443", "example", false],
    ["a.example", "443", "example:443", true],
    ["a.example", "6443", "example:443", false],
    ["A.Example", "443", "a.EXAMPLE", true],
    ["10.96.0.1", "443", "0.1", false],
    ["anything", "1", " x , * ", true],
    ["anything", "1", "", false],
    ["anything", "1", ":1", false],
    ["10.0.0.1", "443", "10.0.0.0/99", false],
  ])("%s port %s with NO_PROXY=%s", (host, port, noProxy, excepted) => {
    expect(isExcepted(host, port, noProxy)).toBe(excepted);
  });
});
