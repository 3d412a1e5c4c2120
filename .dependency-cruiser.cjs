// The floors of the house: each folder may import only from folders below it.
const floors = ["core", "io", "config", "discovery", "selection", "pool", "sim", "testing", "cli"];
module.exports = {
  forbidden: [
    ...floors.map((floor, level) => ({
      name: `floor-${floor}`,
      comment: `src/${floor} imports only from floors below it`,
      severity: "error",
      from: { path: `^src/${floor}/` },
      to: { path: `^src/(${floors.slice(level + 1).join("|") || "-"})/` },
    })),
    {
      name: "node-knows-no-books",
      comment: "The node's half of a pool works without its books",
      severity: "error",
      from: { path: "^src/pool/orchestrator/" },
      to: { path: "^src/pool/(books|payouts|api)/" },
    },
    {
      name: "books-ask-nobody",
      comment: "The books take events; they know nothing of the node, of payouts or of the network",
      severity: "error",
      from: { path: "^src/pool/books/" },
      to: { path: "^src/(discovery|selection)/|^src/pool/(orchestrator|payouts|api)/" },
    },
    {
      name: "no-cycles",
      comment: "No circles, not even of types: what two modules need lies below both",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "no-dev-dependencies-in-src",
      severity: "error",
      from: { path: "^src/" },
      // Optional peers are development dependencies here.
      to: { dependencyTypes: ["npm-dev"], pathNot: "node_modules/(bullmq|ioredis)/" },
    },
    {
      name: "payouts-answer-nobody",
      comment: "Payouts work without the API, which shows them",
      severity: "error",
      from: { path: "^src/pool/payouts/" },
      to: { path: "^src/pool/(orchestrator|api)/" },
    },
    {
      name: "commands-apart",
      comment: "A command imports only its own folder and what is shared",
      severity: "error",
      from: { path: "^src/cli/(?!shared/|pool/)([^/]+)/" },
      to: { path: "^src/cli/", pathNot: "^src/cli/(shared|$1)/" },
    },
    {
      name: "pool-commands-apart",
      comment: "A command of a pool imports only its own folder and what is shared",
      severity: "error",
      from: { path: "^src/cli/pool/(?!shared/)([^/]+)/" },
      to: { path: "^src/cli/", pathNot: "^src/cli/(shared|pool/shared|pool/$1)/" },
    },
    {
      name: "shared-knows-no-command",
      comment: "What commands share imports none of them",
      severity: "error",
      from: { path: "^src/cli/(pool/)?shared/" },
      to: { path: "^src/cli/", pathNot: "^src/cli/(shared|$1shared)/" },
    },
    {
      name: "commands-are-loaded-late",
      comment: "What lists a command does not load what it does",
      severity: "error",
      from: { path: "^src/cli/", pathNot: "/run\\.ts$" },
      to: { path: "^src/cli/.*/run\\.ts$", dependencyTypesNot: ["dynamic-import", "type-only"] },
    },
    {
      name: "model-data-below-parts",
      comment: "What a run shares, and what comes and goes in it, knows none of the model's parts",
      severity: "error",
      from: { path: "^src/sim/model/(run|entities)\\.ts$" },
      to: {
        path: "^src/sim/model/",
        pathNot: "/(entities|events|worker-listener|renditions|tickets|trace|world)\\.ts$",
      },
    },
    {
      name: "model-backends-below-lives",
      comment: "A backend says what became of a call; what follows from it is not its business",
      severity: "error",
      from: { path: "^src/sim/model/backends/" },
      to: { path: "^src/sim/model/segment/(orchestrator-side|receiving|segments|sending)\\.ts$" },
    },
    {
      name: "model-composed-last",
      comment: "Only what runs a simulation knows the whole of it",
      severity: "error",
      from: { path: "^src/sim/model/" },
      to: { path: "^src/sim/model/simulation\\.ts$" },
    },
    {
      name: "sim-below-its-shell",
      comment:
        "What a simulation finds depends on no clock: the shell with threads, queue and time is above",
      severity: "error",
      from: { path: "^src/sim/", pathNot: "^src/sim/(live/|index\\.ts$)" },
      to: { path: "^src/sim/live/" },
    },
    {
      name: "testing-beside-sim",
      comment: "Contract suites try the library's parts; they know nothing of the simulator",
      severity: "error",
      from: { path: "^src/testing/" },
      to: { path: "^src/sim/" },
    },
  ],
  options: {
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
    enhancedResolveOptions: { extensions: [".ts", ".js"] },
  },
};
