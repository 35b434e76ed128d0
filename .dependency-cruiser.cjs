/** The rooms of src/ and who may enter which: data flows one way. */
const nouns = "^src/(model|errors|json|shape|parallel|words|result|group-version|time)\\.ts$";

/** A room imports itself, the nouns, and the rooms named. */
const room = (name, ...others) => ({
  name: `${name}-imports-only-what-it-may`,
  severity: "error",
  from: { path: `^src/${name}/` },
  to: { path: "^src/", pathNot: [`^src/${name}/`, nouns, ...others.map((other) => `^src/${other}`)] },
});

/** A third-party package has one door. */
const door = (name, room) => ({
  name: `${name}-only-in-${room}`,
  severity: "error",
  from: { pathNot: `^src/${room}/` },
  to: { path: `(^|/)node_modules/${name}/` },
});

// node:net is not among them: net.isIP is pure, and sockets of ours go through undici.
const io = "^(node:)?(fs|fs/promises|tls|http|https|child_process|dgram|dns|worker_threads)$";

module.exports = {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "nouns-import-only-nouns",
      severity: "error",
      from: { path: nouns },
      to: { path: "^src/", pathNot: nouns },
    },
    room("yaml"),
    room("merge"),
    room("manifest", "yaml/index"),
    room("schema"),
    room("auth", "yaml/index"),
    room("cluster"),
    room("plan", "merge/index"),
    room("apply", "merge/index", "plan/index"),
    room("wait"),
    room("lease"),
    room("pod"),
    room("report", "yaml/index"),
    room("sandbox", "merge/index", "schema/index", "manifest/index", "yaml/index"),
    {
      name: "the-sandbox-is-met-over-http",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/(sandbox|commands)/" },
      to: { path: "^src/sandbox/" },
    },
    {
      name: "only-the-command-line-knows-the-commands",
      severity: "error",
      from: { path: "^src/(?!cli\\.ts|commands/)" },
      to: { path: "^src/(cli\\.ts|commands/)" },
    },
    {
      name: "rooms-are-entered-by-their-index",
      severity: "error",
      from: { path: "^src/([^/]+\\.ts$|commands/)" },
      to: { path: "^src/(?!commands/)[^/]+/(?!index\\.ts$)" },
    },
    {
      name: "pure-rooms-do-no-io",
      severity: "error",
      from: {
        path: [
          "^src/(yaml|merge|plan|apply|wait|lease|pod|report)/",
          "^src/schema/(?!files\\.ts)",
          "^src/manifest/(?!sources)",
          nouns,
        ],
      },
      to: { path: io },
    },
    door("yaml", "yaml"),
    door("ajv", "schema"),
    door("re2js", "schema"),
    door("undici", "cluster"),
    door("listr2", "report"),
    door("diff", "report"),
    {
      name: "no-development-package",
      severity: "error",
      from: { path: "^src/" },
      to: { dependencyTypes: ["npm-dev"] },
    },
    { name: "nothing-unresolved", severity: "error", from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
    },
  },
};
