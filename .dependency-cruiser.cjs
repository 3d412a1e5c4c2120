// The floors of the house: each folder may import only from folders below it.
const floors = ["core", "io", "config", "discovery", "selection", "pool", "sim", "cli"];
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
      comment: "Modules may know each other's types, not depend on each other at run time",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "no-dev-dependencies-in-src",
      severity: "error",
      from: { path: "^src/" },
      to: { dependencyTypes: ["npm-dev"] },
    },
  ],
  options: {
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
    enhancedResolveOptions: { extensions: [".ts", ".js"] },
  },
};
