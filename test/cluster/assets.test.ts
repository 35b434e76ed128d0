import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findAssets } from "./assets.js";

let dir: string;
let said: string[];
const say = (line: string) => void said.push(line);
const names = ["etcd", "kube-apiserver", "kube-controller-manager", "kubectl"];

beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), "kapply-assets-"));
  said = [];
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function executable(file: string, text = "#!/bin/sh\n"): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
  chmodSync(file, 0o755);
}

/** A `go` that notes its builds and makes what they would make, after a moment. */
function fakeGo({ version = "go9.9.9", fails = false } = {}): NodeJS.ProcessEnv {
  const bin = path.join(dir, "bin");
  executable(
    path.join(bin, "go"),
    `#!/bin/sh
if [ "$1" = env ]; then echo ${version}; exit; fi
echo "$@" >>"${dir}/builds"
sleep 0.1
while [ $# -gt 0 ]; do
  case "$1" in
    -o) out="$2"; shift ;;
    k8s.io/*) : >"$out/\${1##*/}"; chmod +x "$out/\${1##*/}" ;;
    go.etcd.io/*) : >"$out"; chmod +x "$out" ;;
  esac
  shift
done
${fails ? 'echo "no space left on device" >&2; exit 1' : ""}
`,
  );
  return { PATH: `${bin}:${process.env["PATH"]}`, KAPPLY_CACHE: path.join(dir, "cache") };
}

function builds(): string[] {
  const file = path.join(dir, "builds");
  return existsSync(file) ? readFileSync(file, "utf8").trimEnd().split("\n") : [];
}

function cached(): string[] {
  return readdirSync(path.join(dir, "cache/cluster"));
}

describe("KUBEBUILDER_ASSETS", () => {
  test("is taken as it is when all four binaries are there", async () => {
    for (const name of names) executable(path.join(dir, name));
    const assets = await findAssets({ KUBEBUILDER_ASSETS: dir }, say);
    expect(Object.values(assets).sort()).toEqual(names.map((name) => path.join(dir, name)));
  });

  test("names exactly what is missing there", async () => {
    executable(path.join(dir, "etcd"));
    executable(path.join(dir, "kube-apiserver"));
    await expect(findAssets({ KUBEBUILDER_ASSETS: dir }, say)).rejects.toThrow(
      `KUBEBUILDER_ASSETS is ${dir}, where kube-controller-manager, kubectl are missing or not executable. ` +
        "Add what is missing, or unset KUBEBUILDER_ASSETS to build all four with Go.",
    );
  });
});

describe("with Go", () => {
  test("builds all four once, saying so once, and finds them the next time", async () => {
    const env = fakeGo();
    const first = await findAssets(env, say);
    expect(said).toEqual([
      expect.stringMatching(
        /^Building Kubernetes [\d.]+ and etcd [\d.]+ for the tests\. This takes 5 to 10 minutes, only/,
      ),
    ]);
    expect(builds()).toHaveLength(2);
    const version = /Kubernetes (\S+)/.exec(said[0] ?? "")?.[1];
    expect(builds()[0]).toContain(`-X k8s.io/component-base/version.gitVersion=v${version}`);

    expect(await findAssets(env, say)).toEqual(first);
    expect(builds()).toHaveLength(2);
    expect(said).toHaveLength(1);
    expect(cached()).toEqual([path.basename(path.dirname(first.etcd))]);
  });

  test("builds again for another Go", async () => {
    const first = await findAssets(fakeGo({ version: "go9.9.8" }), say);
    const second = await findAssets(fakeGo({ version: "go9.9.9" }), say);
    expect(path.dirname(second.etcd)).not.toBe(path.dirname(first.etcd));
    expect(builds()).toHaveLength(4);
  });

  test("builds once when several runs want it at the same time", async () => {
    const env = fakeGo();
    const [first, ...others] = await Promise.all([1, 2, 3].map(() => findAssets(env, say)));
    expect(others).toEqual([first, first]);
    expect(builds()).toHaveLength(2);
    expect(said).toContain(
      `Another run (process ${process.pid}) is building the tests' control plane: waiting for it.`,
    );
  });

  test("is not held up by the lock and the half-done build of a run that was killed", async () => {
    const { etcd } = await findAssets(fakeGo(), say);
    const built = path.dirname(etcd);
    rmSync(built, { recursive: true });
    mkdirSync(`${built}.building-abc123`);
    writeFileSync(`${built}.lock`, "4194305"); // above the kernel's greatest process id
    await findAssets(fakeGo(), say);
    expect(cached()).toEqual([path.basename(built)]);
  });

  test("passes on what Go said when the build fails, and leaves nothing in the cache", async () => {
    await expect(findAssets(fakeGo({ fails: true }), say)).rejects.toThrow("no space left on device");
    expect(cached()).toEqual([]);
  });
});

describe("without Go", () => {
  const noGo = () => ({ PATH: path.join(dir, "nothing"), KAPPLY_CACHE: path.join(dir, "cache") });

  test("says what is missing and the three ways out", async () => {
    const message = await findAssets(noGo(), say).catch((error: unknown) => String(error));
    expect(message).toContain('no "go" on PATH');
    expect(message).toMatch(/install Go 1\.\d+/);
    expect(message).toContain(
      "set KUBEBUILDER_ASSETS to a folder that has etcd, kube-apiserver, kube-controller-manager, kubectl;",
    );
    expect(message).toContain("set KAPPLY_CACHE to a cache folder");
  });

  test("takes what was built before", async () => {
    const built = await findAssets(fakeGo(), say);
    expect(await findAssets(noGo(), say)).toEqual(built);
  });
});
