/**
 * `node warm.cjs FOLDER`, as the image is built: beside the kapply.cjs of that folder, makes the command `kapply` and its
 * cache. What is compiled is what an init container's apply needs, which creates, configures and leaves unchanged; a
 * sandbox is its server. It must run with the Node of the image, which needs no shell for it.
 */
"use strict";

const { execFileSync, spawn } = require("node:child_process");
const { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } = require("node:fs");
const { tmpdir } = require("node:os");
const { join, resolve } = require("node:path");
const v8 = require("node:v8");
const { crc32 } = require("node:zlib");
const { cacheName, headerBytes, start } = require("./start.cjs");

const folder = resolve(process.argv[2] ?? ".");
const bundle = join(folder, "kapply.cjs");

/** A set as YAML and as JSON. Two of its objects hold the text. Without controllers, a workload would never be ready. */
function manifests(name, text) {
  const labels = { app: name };
  const configMap = { apiVersion: "v1", kind: "ConfigMap", metadata: { name, labels }, data: { text } };
  const ports = [{ name: "http", port: 80, targetPort: "http" }];
  const service = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name },
    spec: { selector: labels, ports },
  };
  const written = `# As people write it.
apiVersion: v1
kind: ConfigMap
metadata:
  name: ${name}-written
data:
  text: "${text}"
`;
  return [written, ...[configMap, service].map((one) => `${JSON.stringify(one)}\n`)].join("---\n");
}

/** Writes the command, with the Node that runs this as its interpreter: the kernel needs no shell for that. */
function writeCommand() {
  const source = readFileSync(join(__dirname, "start.cjs"), "utf8");
  writeFileSync(join(folder, "kapply"), `#!${process.execPath}\n${source}`);
  chmodSync(join(folder, "kapply"), 0o755);
}

function writeCache(scripts) {
  const parts = [];
  for (const [name, script] of scripts) {
    const data = script.createCachedData();
    const lengths = Buffer.alloc(8);
    lengths.writeUInt32LE(name.length, 0);
    lengths.writeUInt32LE(data.length, 4);
    parts.push(lengths, Buffer.from(name, "latin1"), data);
  }
  const entries = Buffer.concat(parts);
  const header = Buffer.alloc(headerBytes);
  header.writeUInt32LE(crc32(readFileSync(bundle)), 0);
  header.writeUInt32LE(crc32(entries), 4);
  writeFileSync(join(folder, cacheName), Buffer.concat([header, entries]), { mode: 0o644 });
}

/** Applies in this process, and writes down at its end what was compiled. */
function applyHere(words) {
  // A flag that is set while a script is compiled is part of what its cache must fit. kapply sets one for a moment.
  v8.setFlagsFromString = () => {};
  const scripts = new Map();
  process.on("exit", (status) => {
    if (status === 0) writeCache(scripts);
  });
  process.argv = [process.execPath, bundle, ...words];
  start(folder, (name, script) => scripts.set(name, script));
}

function warm() {
  // Until the apply in this process has ended well.
  process.exitCode = 1;
  rmSync(join(folder, cacheName), { force: true });
  writeCommand();
  const dir = mkdtempSync(join(tmpdir(), "kapply-warm-"));
  const set = join(dir, "set.yaml");
  const sandbox = spawn(process.execPath, [bundle, "sandbox", "-o", "json", `--dir=${join(dir, "server")}`], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  process.on("exit", () => {
    sandbox.kill();
    rmSync(dir, { recursive: true, force: true });
  });
  sandbox.stdout.once("data", (line) => {
    const { kubeconfig } = JSON.parse(line);
    const flags = ["--set=warm", "--lock", "--wait", `--kubeconfig=${kubeconfig}`];
    const words = ["apply", "-n", "default", "-f", set, ...flags];
    writeFileSync(set, manifests("one", "before"));
    execFileSync(process.execPath, [bundle, ...words], { stdio: "inherit" });
    writeFileSync(set, `${manifests("one", "after")}---\n${manifests("two", "new")}`);
    sandbox.stdout.destroy();
    sandbox.unref();
    applyHere(words);
  });
}

warm();
